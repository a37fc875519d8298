import { z } from "zod";
import { code, table } from "./markdown.ts";

/** The parts of a JSON schema that a reference page shows. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  /** Of sections that a member tells apart. */
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export function optionsTable(schema: z.ZodType): string {
  return table(SCHEMA_HEADINGS, schemaRows(schema));
}

/** The schema's own example, or the options that have no default with theirs. */
export function exampleOptions(schema: z.ZodType): object {
  const [own] = (z.globalRegistry.get(schema)?.examples ?? []) as readonly object[];
  return own ?? requiredOptions(schema);
}

function requiredOptions(schema: z.ZodType): object {
  const rows = schemaRows(schema).filter(([name = "", , fallback]) => fallback === "required" && !/[.[]/.test(name));
  return Object.fromEntries(rows.map(([name = "", , , , value = ""]) => [name.slice(1, -1), value.slice(1, -1)]));
}

export const SCHEMA_HEADINGS = ["name", "kind", "default", "what it does", "example"];

/** One row for each value that can be set, nested ones by their path: `limits.recordBytes`, `accessKeys[].allow`. */
export function schemaRows(schema: z.ZodType): readonly (readonly string[])[] {
  const json = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    reused: "inline",
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, ownWords(zodSchema)),
  });
  return rowsOf(json as JsonSchema, "", true);
}

/** What zod leaves out of the input of a schema that transforms: its example, and the default as it comes out. */
function ownWords(schema: z.core.$ZodType): JsonSchema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const examples = z.globalRegistry.get(schema)?.examples as readonly unknown[] | undefined;
  return {
    ...(examples !== undefined && { examples }),
    ...(def.type === "default" && { default: def.defaultValue }),
  };
}

function rowsOf(schema: JsonSchema, path: string, required: boolean): readonly (readonly string[])[] {
  const own = path === "" ? [] : [rowOf(schema, path, required)];
  return [...own, ...childrenOf(schema, path)];
}

function childrenOf(schema: JsonSchema, path: string): readonly (readonly string[])[] {
  const prefix = path === "" ? "" : `${path}.`;
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    rowsOf(member, `${prefix}${name}`, schema.required?.includes(name) ?? false),
  );
  const items = schema.items === undefined ? [] : childrenOf(schema.items, `${path}[]`);
  const values = schema.additionalProperties;
  const map = typeof values === "object" ? childrenOf(values, `${path}.NAME`) : [];
  const objects = (schema.anyOf ?? []).filter(({ properties }) => properties !== undefined);
  const variants =
    objects.length === (schema.anyOf ?? []).length ? objects.flatMap((one) => childrenOf(one, path)) : [];
  return [...members, ...items, ...map, ...variants];
}

function rowOf(schema: JsonSchema, path: string, required: boolean): readonly string[] {
  const fallback =
    schema.default === undefined || typeof schema.default === "object" ? "" : JSON.stringify(schema.default);
  return [
    code(path),
    kindOf(schema),
    required && fallback === "" ? "required" : code(fallback),
    schema.description ?? "",
    (schema.examples ?? []).map((example) => code(exampleText(example))).join(", "),
  ];
}

function exampleText(example: unknown): string {
  return typeof example === "string" ? example.replaceAll("\n", "\\n") : JSON.stringify(example);
}

function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.oneOf !== undefined) return [...new Set(schema.oneOf.map(kindOf))].join(" or ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(" or ");
  if (schema.type === "array") return schema.items === undefined ? "list" : `list of ${kindOf(schema.items)}`;
  if (schema.type === "object") return schema.properties === undefined ? "names and values" : "section";
  const { type = "text", minimum, maximum } = schema;
  const name = [type].flat().map(plainType).join(" or ");
  const bounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return bounded ? `${name}, ${minimum} to ${maximum}` : name;
}

const PLAIN_TYPES: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  integer: "whole number",
};

function plainType(type: string): string {
  return PLAIN_TYPES[type] ?? type;
}
