import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobResult } from "../../src/jobs/job-kind.ts";
import { type ObjectStore, ObjectStoreError } from "../../src/storage/object-store.ts";
import { type ExportFaults, type ExportWorld, exportWorld } from "../fakes/export-world.ts";
import { exportJourney, ORDERS } from "./export-journey.ts";

/** What exports of a real database do when something breaks. LAKEHOSE_TEST_POSTGRESQL says where it is. */

exportJourney("a run sees one snapshot of all tables while they change", async ({ shop, world, options }) => {
  await shop.client.query("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, v int)");
  await shop.client.query(
    "INSERT INTO a SELECT generate_series(1, 50); INSERT INTO b SELECT i, 0 FROM generate_series(1, 50) i",
  );
  let changes = 0;
  const busy = {
    beforeState: () =>
      void shop.client.query(
        `INSERT INTO a VALUES (${1000 + ++changes}); UPDATE b SET v = 1; DELETE FROM b WHERE id % 7 = ${changes}`,
      ),
  };
  const faulty = await exportWorld(join(world.root, "busy"), busy);
  await faulty.run(options({ schemas: [{ name: "public" }], chunkRows: 10, connections: 3 }));
  assert.ok(changes > 10);
  assert.deepEqual(await faulty.rows("SELECT count(*), max(id) FROM public_a"), [[50, 50]]);
  assert.deepEqual(await faulty.rows("SELECT count(*), max(v) FROM public_b"), [[50, 0]]);
});

exportJourney(
  "a run that breaks at any step is gone on with, and nothing is doubled or shown before its end",
  async ({ shop, options, reopen }) => {
    await shop.client.query(ORDERS);
    const all = options({ tables: [{ name: "orders" }], chunkRows: 100, connections: 1 });
    let attempts = 0;
    for (let counters: Counters; counters === undefined; attempts++) {
      assert.ok(attempts < 60, "it never comes to an end");
      // Each dies a step later than the one before it: before a plan, a seal, the end of a chunk, the end of the plan.
      counters = await runUntil(await reopen(dyingAfter(1 + (attempts % 3))), all);
      const after = await reopen();
      const isShown = after.catalog.table("default", "public_orders") !== undefined;
      if (isShown) assert.equal((await after.keys()).length, 10, "all objects are there before the table");
    }
    assert.ok(attempts > 5, `it had to be gone on with, got ${attempts} attempts`);
    const done = await reopen();
    assert.equal((await done.keys()).length, 10);
    assert.deepEqual(await done.rows(TOTALS), [[1000, 1000, 500500]]);
  },
);

const TOTALS = "SELECT count(*), count(DISTINCT id), sum(id) FROM public_orders";

type Counters = JobResult["counters"] | undefined;

function dyingAfter(writesMax: number): ExportFaults {
  let writes = 0;
  return {
    beforeState: () => {
      if (++writes > writesMax) throw new Error(DEATH);
    },
  };
}

const DEATH = "the machine is gone";

async function runUntil(world: ExportWorld, options: object): Promise<Counters> {
  try {
    return (await world.run(options)).counters;
  } catch (error) {
    assert.equal((error as Error).message, DEATH);
    return undefined;
  }
}

for (const moment of ["before", "after"] as const) {
  exportJourney(
    `a PUT that fails ${moment} its effect leaves one object per chunk`,
    async ({ shop, options, reopen }) => {
      await shop.client.query(ORDERS);
      let puts = 0;
      const store = (lake: ObjectStore) =>
        storeWith(lake, async (request) => {
          const fails = ++puts % 2 === 1;
          if (fails && moment === "before") throw new ObjectStoreError("unavailable", "the store is busy");
          const info = await lake.put(request);
          if (fails) throw new ObjectStoreError("unknown-outcome", "no answer came");
          return info;
        });
      const faulty = await reopen({ store });
      await faulty.run(options({ tables: [{ name: "orders" }], chunkRows: 250 }));
      assert.ok(puts >= 4);
      assert.deepEqual(await faulty.rows(TOTALS), [[1000, 1000, 500500]]);
    },
  );
}

/** Private fields do not survive a proxy, so the calls are handed on one by one. */
function storeWith(lake: ObjectStore, put: ObjectStore["put"]): ObjectStore {
  return {
    type: lake.type,
    ensureBucket: (bucket) => lake.ensureBucket(bucket),
    probe: (bucket) => lake.probe(bucket),
    put,
    head: (bucket, key, signal) => lake.head(bucket, key, signal),
    get: (bucket, key, range) => lake.get(bucket, key, range),
    list: (bucket, request) => lake.list(bucket, request),
    delete: (bucket, key) => lake.delete(bucket, key),
    close: () => lake.close(),
  };
}

exportJourney(
  "a chunk that landed in a run that died is taken as it is, though the source has changed",
  async (setting) => {
    const { shop, options, reopen } = setting;
    await shop.client.query(ORDERS);
    const all = options({ tables: [{ name: "orders" }], chunkRows: 400, connections: 1 });
    assert.equal(await runUntil(await reopen(dyingAfter(2)), all), undefined);
    // The first chunk is in the lake and nobody has written that down; the second is not.
    await shop.client.query("DELETE FROM orders WHERE id IN (1, 401)");
    const world = await reopen();
    const { counters } = await world.run(all);
    assert.equal(counters.rowsExported, 999);
    assert.deepEqual(await world.rows("SELECT count(*) FROM public_orders WHERE id IN (1, 401)"), [[1]]);
  },
);

exportJourney(
  "a source that goes away in the middle fails the run for now, and the next one goes on",
  async (setting) => {
    const { shop, options, reopen } = setting;
    await shop.client.query(ORDERS);
    const all = options({ tables: [{ name: "orders" }], chunkRows: 100 });
    let writes = 0;
    const broken = await reopen({
      beforeState: () => {
        if (++writes === 6) void shop.cutOff();
      },
    });
    await assert.rejects(broken.run(all), { code: "unavailable", retriable: true });
    assert.equal(broken.catalog.table("default", "public_orders"), undefined);
    const world = await reopen();
    const { counters } = await world.run(all);
    assert.ok((counters.rowsOfEarlierAttempts ?? 0) > 0, "chunks of the first run stay");
    assert.deepEqual(await world.rows(TOTALS), [[1000, 1000, 500500]]);
    assert.ok(world.lines.some((line) => /^Going on with run /.test(line)));
  },
);

exportJourney("other options or other columns begin anew and remove what nobody has seen", async (setting) => {
  const { shop, options, reopen } = setting;
  await shop.client.query(ORDERS);
  const by = (chunkRows: number) => options({ tables: [{ name: "orders" }], chunkRows, connections: 1 });
  assert.equal(await runUntil(await reopen(dyingAfter(4)), by(100)), undefined);
  assert.equal(await runUntil(await reopen(dyingAfter(4)), by(200)), undefined);
  await shop.client.query("ALTER TABLE orders DROP COLUMN customer");
  const world = await reopen();
  await world.run(by(200));
  assert.equal((await world.keys()).length, 5);
  assert.deepEqual(await world.rows(TOTALS), [[1000, 1000, 500500]]);
  assert.deepEqual(
    world.lines.filter((line) => line.includes("is not gone on with")).map((line) => line.replace(/^Run \S+ /, "")),
    [
      "is not gone on with, because table public.orders has other columns or another primary key: its objects are removed",
    ],
  );
});

exportJourney("a run that is cancelled ends at once and leaves no session behind", async ({ shop, world, options }) => {
  await shop.client.query("CREATE VIEW endless AS SELECT i FROM generate_series(1, 1000000000) i");
  const stop = new AbortController();
  const running = world.run(options({ tables: [{ name: "endless" }] }), { signal: stop.signal });
  await sleep(1000);
  const from = performance.now();
  stop.abort(new Error("cancelled by its owner"));
  await assert.rejects(running, { message: "cancelled by its owner" });
  assert.ok(performance.now() - from < 2000);
  const open = async () => {
    const { rows } = await shop.client.query(
      "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'lakehose export' AND datname = current_database()",
    );
    return rows[0].open;
  };
  for (let tries = 0; (await open()) > 0 && tries < 50; tries++) await sleep(100);
  assert.equal(await open(), 0);
});

exportJourney("what the source refuses is told with what to do", async ({ shop, world, options }) => {
  await shop.client.query("CREATE TABLE orders (id int); CREATE TABLE hidden (id int); INSERT INTO hidden VALUES (1)");
  const role = `reader_${shop.name}`;
  await shop.client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads only'; GRANT SELECT ON orders TO ${role}`);
  const asReader = { ...shop.source, user: role, password: { env: "LAKEHOSE_TEST_READER_PASSWORD" } };
  process.env.LAKEHOSE_TEST_READER_PASSWORD = "reads only";
  const fails = (more: object, expected: { code: string; message: RegExp }) =>
    assert.rejects(world.run(options({ tables: [{ name: "orders" }], ...more })), expected);
  const hidden = { source: asReader, tables: [{ name: "hidden" }] };
  await fails(hidden, { code: "denied", message: /permission denied for table hidden; grant the role/ });
  await shop.client.query(`ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; GRANT SELECT ON hidden TO ${role}`);
  await fails(hidden, { code: "denied", message: /row-level security/ });
  process.env.LAKEHOSE_TEST_READER_PASSWORD = "wrong";
  await fails({ source: asReader }, { code: "denied", message: /password authentication failed.*source\.password/ });
  delete process.env.LAKEHOSE_TEST_READER_PASSWORD;
  await fails({ source: asReader }, { code: "invalid", message: /environment variable LAKEHOSE_TEST_READER_PASSWORD/ });
  await fails({ source: { ...shop.source, tls: {} } }, { code: "denied", message: /tls\.caFile/ });
  await fails({ source: { ...shop.source, port: 1 } }, { code: "unavailable", message: /ECONNREFUSED/ });
  await fails({ source: { ...shop.source, database: "nowhere" } }, { code: "not-found", message: /source\.database/ });
  await fails({ tables: [{ name: "absent" }] }, { code: "not-found", message: /no table public\.absent/ });
  await fails({ tables: [{ name: "orders", where: "id = " }] }, { code: "invalid", message: /look at where/ });
  await fails(
    { tables: [{ name: "orders", where: "x = 1" }] },
    { code: "not-found", message: /look at columns, where/ },
  );
  assert.deepEqual(await world.keys(), []);
  await shop.client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

exportJourney(
  "a value that its type cannot hold fails the run, and asText keeps it",
  async ({ shop, world, options }) => {
    await shop.client.query("CREATE TABLE odd (n numeric(5,2)); INSERT INTO odd VALUES (1.25), ('NaN')");
    const message = /A value of public\.odd has no place.*NaN.*asText/s;
    await assert.rejects(world.run(options({ tables: [{ name: "odd" }] })), { code: "value", message });
    assert.deepEqual(await world.keys(), []);
    await world.run(options({ tables: [{ name: "odd", asText: ["n"] }] }));
    assert.deepEqual(await world.rows("SELECT n FROM public_odd"), [["1.25"], ["NaN"]]);
  },
);

exportJourney(
  "rows that the source counts otherwise fail the run before anything is put",
  async ({ shop, world, options }) => {
    await shop.client.query("CREATE TABLE dice (id int PRIMARY KEY); INSERT INTO dice SELECT generate_series(1, 5000)");
    const fickle = { tables: [{ name: "dice", where: "random() < 0.5" }], chunkRows: 100_000 };
    await assert.rejects(world.run(options(fickle)), { code: "count-differs", message: /nothing of it was put/ });
    assert.deepEqual(await world.keys(), []);
  },
);

exportJourney(
  "a process that is killed in the middle is gone on with by the next",
  async ({ shop, options, reopen, world }) => {
    await shop.client.query("CREATE TABLE big (id bigint PRIMARY KEY, name text, at timestamptz)");
    await shop.client.query(`INSERT INTO big SELECT i, md5(i::text), now() FROM generate_series(1, ${BIG_ROWS}) i`);
    const all = options({ tables: [{ name: "big" }], chunkRows: 50_000 });
    const program = join(import.meta.dirname, "..", "fakes", "export-process.ts");
    const child = spawn(process.execPath, [program, world.root, JSON.stringify(all)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes("part-00005")) break;
    }
    child.kill("SIGKILL");
    assert.deepEqual(await ended, [null, "SIGKILL"]);
    const next = await reopen();
    assert.equal(next.catalog.table("default", "public_big"), undefined);
    const { counters } = await next.run(all);
    assert.equal(counters.rowsExported, BIG_ROWS);
    assert.ok((counters.rowsOfEarlierAttempts ?? 0) >= 100_000, "chunks of the killed process stay");
    assert.deepEqual(await next.rows("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM public_big"), [
      [BIG_ROWS, BIG_ROWS, 1, BIG_ROWS],
    ]);
  },
);

const BIG_ROWS = 1_000_000;
