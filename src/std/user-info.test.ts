import assert from "node:assert/strict";
import { test } from "node:test";
import { hasUserInfo } from "./user-info.ts";

test("hasUserInfo finds users and passwords, each without the other too", () => {
  for (const url of ["http://u:p@host/", "http://u@host/", "https://:p@host:1/x"]) assert.equal(hasUserInfo(url), true);
  for (const url of ["http://host/a@b", "arn:aws:es:x", "no address"]) assert.equal(hasUserInfo(url), false);
});
