/** The part of JSON Schema that zod writes for our contracts. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** A JSON Schema as a TypeScript type. What it does not know is `unknown`, never `any`. */
export function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map((one) => `(${typeText(one)})`).join(" & ");
  const { type } = schema;
  if (typeof type === "object") return type.map((one) => typeText({ ...schema, type: one })).join(" | ");
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly ${itemText(schema.items ?? {})}[]`;
    case "object":
      return objectText(schema);
    default:
      return "unknown";
  }
}

function itemText(schema: Schema): string {
  const { type } = schema;
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? schema.enum ?? (Array.isArray(type) ? type : []);
  return parts.length > 1 || type === "array" ? `(${typeText(schema)})` : typeText(schema);
}

export function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function objectText({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(
    ([name, schema]) => `readonly ${memberName(name)}${required.includes(name) ? "" : "?"}: ${typeText(schema)}`,
  );
  if (members.length > 0) return `{ ${members.join("; ")} }`;
  const values = typeof additionalProperties === "object" ? typeText(additionalProperties) : "unknown";
  return `Readonly<Record<string, ${values}>>`;
}
