import assert from "node:assert/strict";
import { test } from "node:test";
import { siblingModule } from "./sibling-module.ts";

test("siblingModule() names the file that is there: TypeScript in a checkout, JavaScript in the package", () => {
  assert.equal(siblingModule("thread", "file:///lakehose/src/a/owner.ts").href, "file:///lakehose/src/a/thread.ts");
  assert.equal(siblingModule("thread", "file:///a%20b.c/dist/owner.js").href, "file:///a%20b.c/dist/thread.js");
});
