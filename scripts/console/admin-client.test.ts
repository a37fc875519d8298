import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { adminClientSource } from "./admin-client.ts";
import { type Schema, typeText } from "./type-text.ts";

function typeOf(schema: z.ZodType): string {
  return typeText(z.toJSONSchema(schema, { unrepresentable: "any" }) as Schema);
}

test("typeText() says in TypeScript what a schema says", () => {
  const schema = z.strictObject({
    id: z.string(),
    state: z.enum(["on", "off"]),
    at: z.int().exactOptional(),
    "by-name": z.record(z.string(), z.number()),
    either: z.union([z.literal("all"), z.array(z.boolean())]),
    several: z.array(z.union([z.string(), z.number()])),
    anything: z.custom<object>(),
  });
  const members = [
    "readonly id: string",
    'readonly state: "on" | "off"',
    "readonly at?: number",
    'readonly "by-name": Readonly<Record<string, number>>',
    'readonly either: "all" | readonly boolean[]',
    "readonly several: readonly (string | number)[]",
    "readonly anything: unknown",
  ];
  assert.equal(typeOf(schema), `{ ${members.join("; ")} }`);
});

test("adminClientSource() makes a function of an operation, with its values in the path, the query and the body", () => {
  const schema = { type: "string" };
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } };
  const source = adminClientSource({
    components: { schemas: { Thing: { type: "object", properties: {}, description: "A thing." } } },
    paths: {
      "/api/things/{id}": {
        put: {
          operationId: "putThing",
          summary: "Puts it.",
          parameters: [
            { name: "id", in: "path", required: true, schema },
            { name: "version", in: "query", required: false, schema },
          ],
          requestBody: { content },
          responses: { "200": { content } },
        },
        get: {
          operationId: "downloadThing",
          summary: "The thing as a file.",
          parameters: [{ name: "id", in: "path", required: true, schema }],
          responses: { "200": { content: { "text/csv": { schema } } } },
        },
      },
    },
  });
  assert.match(source, /\/\*\* A thing\. \*\/\nexport type Thing = Readonly<Record<string, unknown>>;/);
  assert.match(
    source,
    /putThing: \(id: string, body: Thing, query: \{ version\?: string \} = \{\}, options\?: CallOptions\) =>/,
  );
  assert.match(source, /downloadThingAddress: \(id: string\) => addressOf\(`things\/\$\{encodeURIComponent\(id\)\}`\)/);
  assert.match(source, /method: "PUT", path: `things\/\$\{encodeURIComponent\(id\)\}\$\{queryText\(query\)\}`, body/);
});
