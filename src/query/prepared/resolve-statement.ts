import { bindEvery, bindParameters, requireLiteral } from "../dialect/bind-parameters.ts";
import { parseStatement } from "../dialect/parse-statement.ts";
import type { Statement } from "../dialect/statement.ts";
import { unsupported } from "../query-error.ts";
import type { PreparedStatements } from "./prepared-statements.ts";

export interface ResolvedStatement {
  /** What runs, with values in the place of its question marks. */
  readonly sql: string;
  readonly statement: Statement;
}

/** The statement that a text stands for. EXECUTE stands for the prepared one, with the values after USING or those given. */
export function resolveStatement(
  sql: string,
  parameters: readonly string[],
  prepared: PreparedStatements | undefined,
  workGroup: string,
): ResolvedStatement {
  const written = parseStatement(sql);
  if (written.kind !== "execute") {
    const bound = bindParameters(sql, parameters);
    return { sql: bound, statement: bound === sql ? written : parseStatement(bound) };
  }
  if (prepared === undefined) throw unsupported("EXECUTE");
  const { name, values } = written;
  for (const value of values ?? []) requireLiteral(value);
  const bound = bindEvery(prepared.get(workGroup, name).sql, values ?? parameters);
  return { sql: bound, statement: parseStatement(bound) };
}
