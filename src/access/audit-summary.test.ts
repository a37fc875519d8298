import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceOf, summaryOf } from "./audit-summary.ts";

test("summaryOf() leaves out secrets wherever they stand, and says that there is one", () => {
  const asked = {
    SplunkDestinationConfiguration: { HECToken: "t0p", HECEndpoint: "https://splunk" },
    HttpEndpointConfiguration: { EndpointConfiguration: { AccessKey: "t0p", Url: "https://user:t0p@host/x" } },
    RedshiftDestinationConfiguration: { Password: "t0p", ClusterJDBCURL: "jdbc:redshift://h/db", Username: "u" },
    list: [{ secretAccessKey: "t0p", credentials: { accessKeyId: "A", value: "t0p" } }],
    passwordHash: "t0p",
    Enabled: true,
  };
  const text = JSON.stringify(summaryOf(asked));
  assert.ok(!text.includes("t0p"), text);
  assert.ok(text.includes('"HECToken":"…"') && text.includes("https://…@host/x") && text.includes('"Username":"u"'));
});

test("summaryOf() is short for whatever somebody sends", () => {
  let deep: object = {};
  for (let n = 0; n < 500; n++) deep = { deep };
  const long = { text: "x".repeat(100_000), list: Array.from({ length: 10_000 }, (_, n) => n) };
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`name-${n}`, n]));
  for (const value of [deep, long, wide]) {
    assert.ok(JSON.stringify(summaryOf(value as never)).length < 9_000);
  }
});

test("differenceOf() keeps the members that differ, at their depth, and tells no secret that differs", () => {
  const before = { version: "1", same: { a: 1 }, roll: { size: 1, age: 2 }, gone: true, password: "old" };
  const after = { version: "2", same: { a: 1 }, roll: { size: 5, age: 2 }, fresh: [1], password: "new" };
  assert.deepEqual(differenceOf(before, after), {
    before: { version: "1", roll: { size: 1 }, gone: true, password: "…" },
    after: { version: "2", roll: { size: 5 }, fresh: [1], password: "…" },
  });
});
