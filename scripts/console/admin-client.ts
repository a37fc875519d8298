import type { JsonObject } from "../../src/std/json.ts";
import { adminDocument } from "./admin-document.ts";
import { memberName, type Schema, typeText } from "./type-text.ts";

/** Where the console has its client; relative to the root. */
export const ADMIN_CLIENT = "console/src/api/admin-api.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content: { readonly "application/json": { readonly schema: Schema } };
}

/** Absent where the answer is a file: nobody reads that here, a link leads to it. */
interface AnswerContent {
  readonly content: { readonly "application/json"?: { readonly schema: Schema } };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: { readonly "200": AnswerContent };
}

/** The client as TypeScript: a type for each schema of the OpenAPI document, a function for each of its operations. */
export function adminClientSource(document: JsonObject = adminDocument()): string {
  const { components, paths } = document as unknown as {
    components: { schemas: Record<string, Schema> };
    paths: Record<string, Record<string, Operation>>;
  };
  const types = Object.entries(components.schemas).map(([name, schema]) => typeDeclaration(name, schema));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  operations.sort((one, other) => (one.operation.operationId < other.operation.operationId ? -1 : 1));
  return [
    "/** Made by `npm run docs` from the contracts of the admin API (src/api/admin/contract); not to be changed by hand. */",
    'import { addressOf, type CallOptions, queryText, request } from "./request.ts";',
    "",
    ...types,
    "export const adminApi = {",
    ...operations.map(({ path, method, operation }) => operationSource(path, method, operation)),
    "};",
    "",
  ].join("\n");
}

function typeDeclaration(name: string, schema: Schema): string {
  const about = schema.description === undefined ? "" : `/** ${schema.description} */\n`;
  return `${about}export type ${name} = ${typeText(schema)};\n`;
}

function operationSource(path: string, method: string, operation: Operation): string {
  const { operationId, summary, parameters, requestBody, responses } = operation;
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const body = requestBody?.content["application/json"].schema;
  const answer = responses["200"].content["application/json"];
  const takes = [
    ...inPath.map(({ name }) => `${name}: string`),
    ...(body === undefined ? [] : [`body: ${typeText(body)}`]),
    ...(inQuery.length === 0 ? [] : [queryArgument(inQuery)]),
    ...(answer === undefined ? [] : ["options?: CallOptions"]),
  ];
  const address = path
    .slice("/api/".length)
    .replace(/\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(${name})}`);
  const query = inQuery.length === 0 ? "" : "$" + "{queryText(query)}";
  if (answer === undefined) {
    return `  /** Where it is: ${summary} */\n  ${operationId}Address: (${takes.join(", ")}) => addressOf(\`${address}${query}\`),`;
  }
  const members = [
    `method: ${JSON.stringify(method.toUpperCase())}`,
    `path: \`${address}${query}\``,
    ...(body === undefined ? [] : ["body"]),
    "...options",
  ];
  return [
    `  /** ${summary} */`,
    `  ${operationId}: (${takes.join(", ")}) =>`,
    `    request<${typeText(answer.schema)}>({ ${members.join(", ")} }),`,
  ].join("\n");
}

function queryArgument(parameters: readonly Parameter[]): string {
  const members = parameters.map(
    ({ name, required, schema }) => `${memberName(name)}${required ? "" : "?"}: ${typeText(schema)}`,
  );
  const otherwise = parameters.some(({ required }) => required) ? "" : " = {}";
  return `query: { ${members.join("; ")} }${otherwise}`;
}
