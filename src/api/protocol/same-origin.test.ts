import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseOtherSites } from "./same-origin.ts";

function isRefused(headers: Record<string, string>, { byCookie = true, method = "POST", publicOrigin = "" } = {}) {
  const own = { secure: false, ...(publicOrigin !== "" && { publicOrigin }) };
  try {
    refuseOtherSites({ method, path: "/", query: "", headers: { host: "lake:4573", ...headers } }, own, byCookie);
    return false;
  } catch {
    return true;
  }
}

test("refuseOtherSites() lets the server's own pages change things, and who is no browser with a proof of their own", () => {
  assert.equal(isRefused({ origin: "http://lake:4573" }), false);
  assert.equal(isRefused({ "sec-fetch-site": "same-origin" }), false);
  assert.equal(isRefused({ "sec-fetch-site": "none" }), false);
  assert.equal(isRefused({}, { byCookie: false }), false);
  assert.equal(isRefused({ origin: "https://evil.example" }, { method: "GET" }), false);
});

test("refuseOtherSites() refuses all others, with and without a cookie", () => {
  assert.equal(isRefused({}), true);
  for (const byCookie of [true, false]) {
    assert.equal(isRefused({ origin: "https://evil.example" }, { byCookie }), true);
    assert.equal(isRefused({ origin: "null" }, { byCookie }), true);
    assert.equal(isRefused({ origin: "" }, { byCookie }), true);
    assert.equal(isRefused({ origin: "http://lake:80" }, { byCookie }), true);
    assert.equal(isRefused({ origin: "https://lake:4573" }, { byCookie }), true);
    assert.equal(isRefused({ "sec-fetch-site": "cross-site" }, { byCookie }), true);
    assert.equal(isRefused({ "sec-fetch-site": "same-site" }, { byCookie }), true);
    assert.equal(isRefused({ "sec-fetch-site": "anything" }, { byCookie, method: "DELETE" }), true);
    assert.equal(isRefused({ origin: "x" }, { byCookie, method: "PATCH" }), true);
  }
});

test("refuseOtherSites() knows the address that a proxy has, and only that one besides its own", () => {
  const publicOrigin = "https://lake.example.com";
  assert.equal(isRefused({ origin: publicOrigin }, { publicOrigin }), false);
  assert.equal(isRefused({ origin: publicOrigin }), true);
  assert.equal(isRefused({ origin: "http://lake.example.com" }, { publicOrigin }), true);
  assert.equal(isRefused({ origin: "https://lake.example.com.evil.example" }, { publicOrigin }), true);
});
