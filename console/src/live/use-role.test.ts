import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNot } from "./use-role.ts";

const as = (role: string) => ({ user: { name: "ana", role } });

test("whyNot() lets each role do what those before it may, and tells others who may", () => {
  assert.equal(whyNot(as("operator"), "operator"), undefined);
  assert.equal(whyNot(as("admin"), "operator"), undefined);
  assert.equal(whyNot(as("viewer"), "operator"), "Operators may do this; you are signed in as viewer.");
  assert.equal(whyNot(as("operator"), "admin"), "Admins may do this; you are signed in as operator.");
  assert.equal(whyNot(as("guest"), "viewer"), "Operators may do this; you are signed in as guest.");
});

test("whyNot() holds nobody up where nobody signs in", () => {
  assert.equal(whyNot({ user: null }, "admin"), undefined);
  assert.equal(whyNot(undefined, "admin"), undefined);
});
