import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Fault, FaultyStore, type StoreOperation } from "../../../test/fakes/faulty-store.ts";
import { systemClock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import type { Execution } from "./execution.ts";
import { publishResult } from "./publish-result.ts";

const EXECUTION: Execution = {
  id: "one",
  sql: "select 1",
  database: "default",
  workGroup: "primary",
  statement: "query",
  results: { location: "s3://results/", encryption: { type: "sse-s3" } },
  object: { bucket: "results", key: "one.csv" },
  state: "running",
  submittedAt: 0,
};

const COLUMNS = [
  { name: "n", type: "integer" },
  { name: "note", type: "varchar" },
];

function world(t: TestContext, multipart?: { readonly putBytesMax: number; readonly partBytes: number }) {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-publish-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const store = new MemoryStore({ clock: systemClock, ...(multipart !== undefined && { multipart }) });
  const random = seededRandom(1);
  const faulty = new FaultyStore(store);
  // No wait is worth its time here.
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const options = { storeFor: () => faulty, disk: nodeDisk, clock, random, directory };
  const publish = (rowCount: number, signal = new AbortController().signal) => {
    const all = Array.from({ length: rowCount }, (_, index) => [index, index === 0 ? null : `row ${index}`]);
    const rows = async (from: number, limit: number) => all.slice(from, from + limit);
    return publishResult({ execution: EXECUTION, columns: COLUMNS, rows, signal }, options);
  };
  const text = async (key = "one.csv") => {
    const pieces: Buffer[] = [];
    for await (const piece of await store.get("results", key)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };
  const script = (operation: StoreOperation, ...faults: Fault[]) => faulty.script(operation, ...faults);
  return { store, publish, text, script, left: () => readdirSync(directory) };
}

test("publishResult() writes columns and rows, and leaves no file of its own", async (t) => {
  const { publish, text, left } = world(t);
  const bytes = await publish(2);
  assert.equal(await text(), '"n","note"\n"0",\n"1","row 1"\n');
  assert.equal(bytes, (await text()).length);
  assert.deepEqual(JSON.parse(await text("one.csv.metadata")), { columns: COLUMNS });
  assert.deepEqual(left(), []);
});

test("publishResult() sends what is large in parts", async (t) => {
  const { publish, text } = world(t, { putBytesMax: 1_000, partBytes: 700 });
  assert.equal(await publish(2_500), (await text()).length);
  const lines = (await text()).split("\n");
  assert.deepEqual([lines.length, lines[2500]], [2_502, '"2499","row 2499"']);
});

test("publishResult() tries again what may pass, and ends with what does not", async (t) => {
  const { publish, text, script, left } = world(t);
  script("put", { kind: "before", code: "unavailable" }, { kind: "after", code: "unknown-outcome" });
  await publish(1);
  assert.equal(await text(), '"n","note"\n"0",\n');
  script("put", { kind: "before", code: "denied" });
  await assert.rejects(publish(1), { code: "result-store", message: /cannot be written to s3:\/\/results\/one\.csv/ });
  assert.deepEqual(left(), []);
});

test("publishResult() ends when the signal says so, and nothing is there", async (t) => {
  const { publish, store } = world(t);
  const reason = new Error("enough");
  await assert.rejects(publish(1, AbortSignal.abort(reason)), reason);
  await store.ensureBucket("results");
  assert.equal(await store.head("results", "one.csv"), undefined);
});
