import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../std/json.ts";
import type { AdminContext } from "../endpoint.ts";
import { adminEndpoints } from "../registry.ts";
import { openApiDocument } from "./open-api-document.ts";
import { ADMIN_CONTRACTS } from "./registry.ts";

// Endpoints look at what they are handed when they are called, never when they are made.
const endpoints = adminEndpoints({} as AdminContext);

test("every operation of the admin API has a contract, and no contract is of none", () => {
  assert.deepEqual(Object.keys(ADMIN_CONTRACTS).sort(), endpoints.map(({ action }) => action).sort());
});

test("every contract says in one sentence what its operation does", () => {
  for (const [action, { summary }] of Object.entries(ADMIN_CONTRACTS)) assert.match(summary, /^[A-Z].*\.$/, action);
});

test("openApiDocument() has every operation once, with its path, its parameters and its answer", () => {
  const { paths, components } = openApiDocument(endpoints) as {
    paths: Record<string, JsonObject>;
    components: JsonObject;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  assert.deepEqual(operations.sort(), endpoints.map(({ method, path }) => `${method} /api/${path}`).sort());
  const cancel = paths["/api/streams/{name}/redrives/{id}"]?.delete as JsonObject;
  assert.deepEqual(
    (cancel.parameters as JsonObject[]).map(({ name, in: place, required }) => [name, place, required]),
    [
      ["name", "path", true],
      ["id", "path", true],
      ["delivery", "query", false],
    ],
  );
  const { schemas } = components as { schemas: JsonObject };
  const text = JSON.stringify({ paths, components });
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) assert.ok(name in schemas, name);
  assert.doesNotMatch(text, /\$defs|__schema/);
});
