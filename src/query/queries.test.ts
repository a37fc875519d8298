import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../test/fakes/query-world.ts";
import { systemClock } from "../std/clock.ts";
import { nodeDisk } from "../std/node-disk.ts";
import { systemRandom } from "../std/random.ts";
import { Queries } from "./queries.ts";
import { FINISHED_QUERIES_KEPT } from "./query-limits.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld({ running: 1, durationMs: 20_000 });
});
after(() => world.close());

const never = new AbortController().signal;

async function opened(name: string): Promise<Queries> {
  const { engine, root } = world;
  const directory = join(root, name);
  return Queries.open({ engine, directory, clock: systemClock, disk: nodeDisk, random: systemRandom });
}

const ENDLESS = "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t";

test("a query ends, and its rows are read by the page from any row on", async () => {
  const queries = await opened("pages");
  const { id, state } = await queries.submit(
    "select x, 'row ' || x from unnest(sequence(1, 5000)) as t(x) order by x",
    "default",
  );
  assert.equal(state, "queued");
  await queries.wait(id, never);
  const execution = queries.get(id);
  assert.deepEqual([execution?.state, execution?.rows, execution?.statistics?.rows], ["succeeded", 5000, 5000]);
  assert.deepEqual(
    execution?.columns?.map(({ type }) => type),
    ["bigint", "varchar"],
  );
  assert.deepEqual(await queries.rows(id, 4998, 10), [
    [4999, "row 4999"],
    [5000, "row 5000"],
  ]);
  assert.equal((await queries.rows(id, 0, 3000)).length, 3000);
  assert.deepEqual(await queries.rows(id, 2047, 2), [
    [2048, "row 2048"],
    [2049, "row 2049"],
  ]);
  assert.deepEqual(await queries.rows(id, 5000, 1), []);
  await queries.close();
});

test("a result is downloaded as a file, and what has none is refused", async () => {
  const queries = await opened("downloads");
  const { id } = await queries.submit("select 1 as n, 'x' as text", "default");
  await queries.wait(id, never);
  assert.equal(await text(await queries.download(id, "csv")), '"n","text"\n"1","x"\n');
  const { id: failed } = await queries.submit("select * from nowhere", "default");
  await queries.wait(failed, never);
  await assert.rejects(queries.download(failed, "csv"), { code: "not-found" });
  await queries.close();
});

test("a query that fails says why", async () => {
  const queries = await opened("failures");
  const { id } = await queries.submit("select * from nowhere", "default");
  await queries.wait(id, never);
  assert.deepEqual(queries.get(id)?.failure, { code: "not-found", message: "There is no table default.nowhere" });
  await queries.close();
});

test("a query is cancelled while it runs and while it waits", async () => {
  const queries = await opened("cancelled");
  const running = await queries.submit(ENDLESS, "default");
  const waiting = await queries.submit("select 1", "default");
  while (queries.get(running.id)?.state !== "running") await systemClock.sleep(5);
  assert.equal(queries.get(waiting.id)?.state, "queued");
  await queries.cancel(waiting.id);
  await queries.cancel(running.id);
  assert.deepEqual(
    queries.list().map(({ state }) => state),
    ["cancelled", "cancelled"],
  );
  const next = await queries.submit("select 1", "default");
  await queries.wait(next.id, never);
  assert.equal(queries.get(next.id)?.state, "succeeded");
  await queries.close();
});

test("the oldest results go when there are too many", async () => {
  const queries = await opened("many");
  const first = await queries.submit("show databases", "default");
  await queries.wait(first.id, never);
  for (let index = 0; index < FINISHED_QUERIES_KEPT; index++) {
    await queries.wait((await queries.submit("show databases", "default")).id, never);
  }
  assert.equal(queries.get(first.id), undefined);
  assert.equal(readdirSync(join(world.root, "many")).length, FINISHED_QUERIES_KEPT);
  await queries.close();
  assert.deepEqual(readdirSync(join(world.root, "many")), []);
});
