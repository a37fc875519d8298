import assert from "node:assert/strict";
import { test } from "node:test";
import { HOME, NAVIGATION, PAGES, titleOf } from "./registry.ts";

test("titleOf() finds the page of an address and puts its values into the title", () => {
  assert.equal(titleOf("/streams"), "Streams");
  assert.equal(titleOf("/streams/"), "Streams");
  assert.equal(titleOf("/streams/my%20clicks"), "my clicks");
  assert.equal(titleOf("/nowhere"), "Console");
});

test("every page has an address of its own, and the navigation begins at home", () => {
  assert.equal(new Set(PAGES.map(({ path }) => path)).size, PAGES.length);
  assert.equal(NAVIGATION[0]?.path, HOME);
});
