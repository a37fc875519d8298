import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { systemClock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { systemRandom } from "../../std/random.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { Queries } from "../queries.ts";
import type { Execution } from "./execution.ts";
import { Executions, type HistoryLimits } from "./executions.ts";

let lake: QueryWorld;
before(async () => {
  lake = await queryWorld();
});
after(() => lake.close());

const world = { disk: nodeDisk, clock: systemClock, random: systemRandom };

async function opened(name: string, store: ObjectStore = new MemoryStore(world), history?: HistoryLimits) {
  const directory = join(lake.root, name);
  const queries = await Queries.open({ ...world, engine: lake.engine, directory: join(directory, "results") });
  const executions = await Executions.open({
    ...world,
    queries,
    storeFor: () => store,
    directory,
    temporaryDirectory: join(directory, "outgoing"),
    ...(history !== undefined && { history }),
  });
  const start = (sql: string, more: { readonly token?: string; readonly parameters?: readonly string[] } = {}) =>
    executions.start({
      sql,
      parameters: [],
      database: "default",
      workGroup: "primary",
      results: { location: "s3://results/here" },
      ...more,
    });
  const ended = async (id: string): Promise<Execution> => {
    for (;;) {
      const one = executions.get(id);
      if (one?.endedAt !== undefined) return one;
      await systemClock.sleep(5);
    }
  };
  const files = () => readdirSync(join(directory, "executions"));
  return { executions, queries, start, ended, files, directory };
}

test("an execution shows as succeeded once its result is whole in the bucket, never before", async () => {
  const gate = Promise.withResolvers<void>();
  class SlowStore extends MemoryStore {
    override async put(request: Parameters<MemoryStore["put"]>[0]) {
      await gate.promise;
      return super.put(request);
    }
  }
  const { executions, queries, start, ended } = await opened("whole", new SlowStore(world));
  const { id, state, object } = await start("select 1 as one");
  assert.deepEqual([state, object], ["queued", { bucket: "results", key: `here/${id}.csv` }]);
  while (queries.get(id.replaceAll("-", ""))?.statistics === undefined) await systemClock.sleep(5);
  assert.equal(executions.get(id)?.state, "running");
  gate.resolve();
  const end = await ended(id);
  assert.deepEqual([end.state, end.resultBytes, end.columns?.[0]?.name], ["succeeded", 10, "one"]);
  assert.deepEqual(await executions.readResult(end, 0, 1), { rows: [["one"]], next: 6 });
  assert.deepEqual(await executions.readResult(end, 6, 1), { rows: [["1"]] });
  await executions.close();
});

test("what was under way when a server died has failed", async () => {
  const first = await opened("died");
  const { id } = await first.start("select 1");
  await first.ended(id);
  const path = join(first.directory, "executions", `${id}.json`);
  const { endedAt: _, ...dead } = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...dead, state: "running" }));
  const { executions } = await opened("died");
  assert.equal(executions.get(id)?.state, "failed");
  assert.match(executions.get(id)?.failure?.message ?? "", /server stopped/);
  assert.ok("endedAt" in JSON.parse(readFileSync(path, "utf8")), "it is written down");
});

test("a damaged record is told of, with its path", async () => {
  const directory = join(lake.root, "damaged", "executions");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "x.json"), '{"format":1,"id":');
  await assert.rejects(opened("damaged"), /x\.json cannot be used: .* Restore this file from a backup/);
});

test("a statement that is refused leaves no record, and one that fails leaves no result", async () => {
  const store = new MemoryStore(world);
  const { start, ended, files } = await opened("refused", store);
  await assert.rejects(start("select 'open"), { code: "syntax" });
  await assert.rejects(start("select ?", { parameters: ["1", "2"] }), { code: "syntax" });
  assert.deepEqual(files(), []);
  const { id } = await start("select * from nowhere");
  assert.equal((await ended(id)).failure?.code, "not-found");
  assert.deepEqual(files(), [`${id}.json`]);
  await store.ensureBucket("results");
  assert.equal(await store.head("results", `here/${id}.csv`), undefined);
});

test("a result that is gone from its bucket is told of", async () => {
  const store = new MemoryStore(world);
  const { executions, start, ended } = await opened("gone", store);
  const end = await ended((await start("select 1")).id);
  await store.delete(end.object.bucket, end.object.key);
  await assert.rejects(executions.readResult(end, 0, 10), { code: "not-found", message: /cannot be read from s3/ });
});

test("the history has a bound, also for the length of its statements, and forgets the oldest", async () => {
  const { executions, start, ended, files } = await opened("bound", undefined, { ended: 3, statements: 100 });
  const run = async (sql: string, token: string) => (await ended((await start(sql, { token })).id)).id;
  const ids: string[] = [];
  for (const token of ["a", "b", "c", "d", "e"]) ids.push(await run("select 1", token));
  const known = () => executions.list("primary").map(({ id }) => id);
  // What goes goes when the next one comes.
  const last = await run("select 1", "f");
  assert.deepEqual(known(), [last, ids[4], ids[3], ids[2]]);
  const long = await run(`select 1 -- ${"x".repeat(90)}`, "g");
  assert.deepEqual(known(), [long, last, ids[4], ids[3]]);
  const next = await run("select 1", "h");
  assert.deepEqual(known(), [next]);
  assert.deepEqual(files(), [`${next}.json`]);
  assert.notEqual(await run("select 1", "a"), ids[0], "a token is forgotten with its execution");
  await executions.close();
});

test("a statement that could not be handed on is not left behind, and its token is free", async () => {
  const { executions, queries, start, ended, files } = await opened("not-handed-on");
  const { submit } = queries;
  queries.submit = async () => {
    throw new Error("ENOSPC: no space left on device");
  };
  await assert.rejects(start("SELECT 1", { token: "t" }), /no space left/);
  assert.deepEqual([executions.list("primary"), files()], [[], []]);
  queries.submit = submit;
  const { id } = await start("SELECT 1", { token: "t" });
  assert.equal((await ended(id)).state, "succeeded");
});
