import assert from "node:assert/strict";
import { test } from "node:test";
import { ROLES } from "../../access/role.ts";
import type { AdminContext } from "./endpoint.ts";
import { adminEndpoints } from "./registry.ts";

/** What is defined, or deleted: for admins. */
const CHANGES_DEFINITIONS = /^lakehose:(Put|Create|Update|Delete|Import|Restore)/;

/** Looking that is for admins: who else did what. */
const GUARDED_READS = new Set(["lakehose:ReadAuditLog"]);

test("every endpoint declares the role that it needs: viewers look, operators run, admins change", () => {
  const endpoints = adminEndpoints({} as AdminContext);
  assert.ok(endpoints.length > 30);
  for (const { method, path, action, role } of endpoints) {
    const call = `${method} ${path}`;
    assert.ok(ROLES.includes(role), call);
    if (method === "GET") assert.equal(role, GUARDED_READS.has(action) ? "admin" : "viewer", call);
    else if (CHANGES_DEFINITIONS.test(action) || method === "PUT") assert.equal(role, "admin", call);
    else assert.notEqual(role, "viewer", call);
  }
});

test("no two endpoints answer the same call, and each has an action of its own", () => {
  const endpoints = adminEndpoints({} as AdminContext);
  const unique = (texts: readonly string[]) => new Set(texts).size;
  const calls = endpoints.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`);
  assert.equal(unique(calls), endpoints.length);
  assert.equal(unique(endpoints.map(({ action }) => action)), endpoints.length);
});
