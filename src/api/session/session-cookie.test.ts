import assert from "node:assert/strict";
import { test } from "node:test";
import { readCookie, sessionCookie } from "./session-cookie.ts";

test("sessionCookie() is bound to the host and to TLS where there is TLS", () => {
  const secure = sessionCookie(true).set("id", 5_500);
  assert.equal(secure, "__Host-lakehose-session=id; Max-Age=5; Path=/; HttpOnly; SameSite=Strict; Secure");
  assert.equal(sessionCookie(true).read({ headers: { cookie: "lakehose-session=planted" } }), undefined);
  assert.equal(sessionCookie(false).clear(), "lakehose-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
});

test("readCookie() finds the one cookie of a name, and of two none", () => {
  assert.equal(readCookie("a=1; b=2;c=3", "b"), "2");
  assert.equal(readCookie("a=1; b=x=y", "b"), "x=y");
  assert.equal(readCookie("xb=1; b =2", "b"), "2");
  for (const header of [undefined, "", "b", "=b", ";;", "b=1; b=1", "B=1", "a=b=1"]) {
    assert.equal(readCookie(header, "b"), undefined, header);
  }
});
