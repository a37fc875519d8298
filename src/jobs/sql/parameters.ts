import { JobError } from "../job-error.ts";

/**
 * Parameters of statements: `${run_date}` stands for a value and never for a piece of SQL. Outside of quotes it becomes a
 * literal; between single quotes it becomes a part of that literal (`'s3://lake/${run_date}/'`). A quote in a value is
 * doubled either way. In comments it stays what it is; elsewhere it is refused.
 */

export type ParameterValue = string | number;

/** A piece of a statement: a literal, an identifier in quotes, a comment, or what lies between those. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[^'"\-/]+|[\s\S]/g;
const PARAMETER = /\$\{([^}]*)\}/g;

export function withParameters(statement: string, parameters: ReadonlyMap<string, ParameterValue>): string {
  const given = (name: string): ParameterValue => {
    const value = parameters.get(name);
    if (value !== undefined) return value;
    const known = [...parameters.keys()].map((one) => `\${${one}}`).join(", ");
    throw new JobError("invalid", `The statement asks for \${${name}}, which is none of ${known}`);
  };
  const quoted = (value: ParameterValue) => String(value).replaceAll("'", "''");
  return statement.replace(PIECES, (piece) => {
    if (piece.startsWith("--") || piece.startsWith("/*")) return piece;
    if (piece.startsWith('"') && piece.includes("${")) {
      throw new JobError("invalid", `A parameter is a value and no name: ${piece} cannot be put together from one`);
    }
    if (piece.startsWith("'")) return piece.replace(PARAMETER, (_, name: string) => quoted(given(name)));
    return piece.replace(PARAMETER, (_, name: string) => {
      const value = given(name);
      return typeof value === "number" ? String(value) : `'${quoted(value)}'`;
    });
  });
}
