import assert from "node:assert/strict";
import { test } from "node:test";
import { roleOfGroups } from "./oidc-settings.ts";

const roles = { viewer: ["staff"], operator: ["ops", "oncall"], admin: ["platform"] };

test("roleOfGroups() is the highest role of any group, and none for others", () => {
  assert.equal(roleOfGroups({ roles }, ["staff"]), "viewer");
  assert.equal(roleOfGroups({ roles }, ["platform", "staff"]), "admin");
  assert.equal(roleOfGroups({ roles }, ["x", "oncall"]), "operator");
  for (const groups of [[], ["Staff"], ["staff "], ["__proto__"], ["viewer"]]) {
    assert.equal(roleOfGroups({ roles }, groups), undefined, groups.join());
  }
});
