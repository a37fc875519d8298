import { z } from "zod";
import { invariant } from "../../../std/assert.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Contract } from "./contract.ts";
import { ADMIN_CONTRACTS, failureSchema } from "./registry.ts";

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12 and nothing else. */
const OPEN_API_VERSION = "3.1.1";

/** What `:name` and `:id` stand for, in the words of paths. */
const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  name: "Name of a delivery stream.",
  id: "Name or id of what the path is about.",
};

/** The admin API as an OpenAPI document, made of the operations that there are and of their contracts. */
export function openApiDocument(endpoints: readonly Endpoint[]): JsonObject {
  const schemas = new Components();
  const paths: Record<string, JsonObject> = {};
  for (const endpoint of endpoints) {
    const path = `/api/${endpoint.path.replace(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint, schemas) };
  }
  const failure = { description: "Refused", content: json(schemas.reference(failureSchema, "output")) };
  return {
    openapi: OPEN_API_VERSION,
    info: {
      title: "Lakehose admin API",
      version: "1",
      description: "What the console and the command line speak. Beside it are the wires of AWS, which AWS describes.",
    },
    paths: sorted(paths),
    components: {
      schemas: sorted(schemas.all),
      responses: { Failure: failure },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token of the configuration." },
        signature: { type: "apiKey", in: "header", name: "Authorization", description: "AWS Signature Version 4." },
      },
    },
    security: [{ token: [] }, { signature: [] }],
  };
}

function operation({ path, action, role }: Endpoint, schemas: Components): JsonObject {
  const contract = ADMIN_CONTRACTS[action];
  invariant(contract !== undefined, `${action} has a contract (src/api/admin/contract)`);
  const { summary, body, answer, files } = contract;
  const schema = schemas.reference(answer, "output");
  const content = files === undefined ? json(schema) : Object.fromEntries(files.map((type) => [type, { schema }]));
  return {
    operationId: operationId(action),
    summary,
    "x-action": action,
    "x-role": role,
    parameters: [...pathParameters(path), ...queryParameters(contract, schemas)],
    ...(body !== undefined && { requestBody: { required: true, content: json(schemas.reference(body, "input")) } }),
    responses: {
      "200": { description: "Done", content },
      default: { $ref: "#/components/responses/Failure" },
    },
  };
}

/** `lakehose:GetStream` is `getStream`. */
function operationId(action: string): string {
  const name = action.slice(action.indexOf(":") + 1);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: PATH_PARAMETERS[name] ?? "",
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Contract, schemas: Components): JsonObject[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...shape } = schemas.reference(schema as z.ZodType, "input");
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: "query", required, ...(description !== undefined && { description }), schema: shape };
  });
}

function json(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

function sorted(values: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Schemas with a name of their own, each once; others stand where they are used. */
class Components {
  readonly all: Record<string, JsonObject> = {};

  reference(schema: z.ZodType, io: "input" | "output"): JsonObject {
    const made = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
    const { $schema: _, $defs, ...own } = withReferences(JSON.parse(JSON.stringify(made))) as JsonObject;
    for (const [name, definition] of Object.entries(($defs ?? {}) as JsonObject)) this.#add(name, definition);
    const name = schema.meta()?.id;
    if (name === undefined || own.$ref !== undefined) return own;
    this.#add(name, own);
    return { $ref: `#/components/schemas/${name}` };
  }

  #add(name: string, definition: JsonValue | undefined): void {
    invariant(!name.startsWith("__"), "schemas that refer to themselves have a name of their own, with meta({ id })");
    const { id: _, $schema: __, ...schema } = definition as JsonObject;
    this.all[name] = schema;
  }
}

/** Definitions lie beside each other in the document, not below the schema that uses them. */
function withReferences(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, member]): [string, JsonValue] => {
    if (name !== "$ref" || typeof member !== "string") return [name, withReferences(member)];
    return [name, member.replace("#/$defs/", "#/components/schemas/")];
  });
  return Object.fromEntries(entries);
}
