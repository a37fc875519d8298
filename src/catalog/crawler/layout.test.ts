import assert from "node:assert/strict";
import { test } from "node:test";
import { keyNames, placeOf } from "./layout.ts";

function shown(path: string, options?: { readonly flat?: boolean }): string {
  const { root, levels } = placeOf(path, options);
  const names = keyNames(levels);
  return `${root} ${levels.map(({ value }, index) => `${names[index]}:${value}`).join(" ")}`.trim();
}

test("placeOf() reads Hive's folders at any depth", () => {
  assert.equal(shown("orders/dt=2026-01-31/"), "orders/ dt:2026-01-31");
  assert.equal(shown("a/b/Region=EU/city=K%C3%B6ln%2F1/"), "a/b/ region:EU city:Köln/1");
  assert.equal(shown("dt=/"), "dt:");
  assert.equal(shown("k=a=b/discount=50%/"), "k:a=b discount:50%");
});

test("placeOf() names the parts of a date where the values prove them", () => {
  assert.equal(shown("logs/2026/01/31/23/"), "logs/ year:2026 month:01 day:31 hour:23");
  assert.equal(shown("logs/2026/01/"), "logs/ year:2026 month:01");
  assert.equal(shown("logs/2026/13/01/"), "logs/ year:2026 partition_1:13 partition_2:01");
  assert.equal(shown("logs/2026/01/31/23/59/"), "logs/ year:2026 month:01 day:31 hour:23 partition_4:59");
  assert.equal(shown("logs/2026-01-31/eu/"), "logs/ partition_0:2026-01-31 partition_1:eu");
  assert.equal(shown("dt=1/2026/01/"), "dt:1 year:2026 month:01");
});

test("placeOf() leaves other folders above the table, unless all of it is one", () => {
  assert.equal(shown("orders/eu/"), "orders/eu/");
  assert.equal(shown(""), "");
  assert.equal(shown("orders/eu/", { flat: true }), "partition_0:orders partition_1:eu");
});

test("placeOf() gives no two levels the same name", () => {
  assert.equal(shown("dt=1/DT=2/"), "dt:1 partition_1:2");
});
