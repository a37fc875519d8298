import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { EVENT_TABLE } from "./event-table.ts";
import { METRICS } from "./metrics-table.ts";

const folder = new URL("./events/", import.meta.url);

test("EVENT_TABLE has an entry for each event that a catalogue file declares, and no other", () => {
  const declared = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    return [...text.matchAll(/^ {2}"([a-zA-Z]+\.[a-zA-Z]+)":/gm)].map((match) => match[1]);
  });
  assert.deepEqual(Object.keys(EVENT_TABLE).sort(), declared.sort());
});

test("EVENT_TABLE feeds every counter and histogram, and gives each exactly its labels", () => {
  const anything = new Proxy({}, { get: (_, name) => (name === "error" ? false : "1") });
  const fed = new Set<string>();
  for (const [event, entry] of Object.entries(EVENT_TABLE)) {
    for (const { metric, labels } of entry.metrics) {
      fed.add(metric);
      const given = Object.keys(labels(anything as never)).sort();
      assert.deepEqual(given, [...METRICS[metric].labels].sort(), `${event} to ${METRICS[metric].name}`);
    }
  }
  const counted = Object.entries(METRICS).filter(([, { kind }]) => kind !== "gauge");
  assert.deepEqual([...fed].sort(), counted.map(([id]) => id).sort());
});

test("METRICS follows the naming rules of Prometheus", () => {
  for (const { name, kind, help } of Object.values(METRICS)) {
    assert.match(name, /^lakehose(_[a-z0-9]+)+$/);
    assert.equal(name.endsWith("_total"), kind === "counter", name);
    assert.ok(help.endsWith("."), `${name}: help is a sentence`);
  }
});
