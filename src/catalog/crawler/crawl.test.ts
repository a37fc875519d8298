import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { columnsText, crawlWorld } from "../../../test/fakes/crawl-world.ts";
import { FaultyStore } from "../../../test/fakes/faulty-store.ts";
import type { CrawlReport } from "./crawl-report.ts";

function changes({ tables }: CrawlReport): string[] {
  return tables.map(({ name, change, partitions }) => {
    const counts = Object.entries(partitions).filter(([, count]) => count > 0);
    return [name, change, ...counts.map(([what, count]) => `${what} ${count}`)].join(" ");
  });
}

async function orders() {
  const world = await crawlWorld();
  await world.put("orders/dt=2026-01-01/a.gz", gzipSync('{"id":1}\n'));
  await world.put("orders/dt=2026-01-02/a.gz", gzipSync('{"id":2,"City":"Bonn"}\n'));
  return world;
}

test("crawl() makes tables and partitions, and a second time changes nothing", async () => {
  const { catalog, partitions, put, run } = await orders();
  await put("people/1.csv", "id,name\n1,Ada\n2,Bob\n");
  assert.deepEqual(changes(await run()), ["orders created created 2", "people created"]);
  assert.equal(columnsText(catalog, "orders"), "id bigint, city string");
  const { definition } = catalog.table("d", "orders") ?? {};
  assert.equal(definition?.storageDescriptor?.location, "s3://lake/orders/");
  assert.deepEqual(definition?.partitionKeys, [{ name: "dt", type: "string" }]);
  assert.equal(definition?.parameters?.compressionType, "gzip");
  assert.equal(catalog.table("d", "people")?.definition.parameters?.["skip.header.line.count"], "1");
  const [first] = await partitions.partitions("d", "orders");
  const location = "s3://lake/orders/dt=2026-01-01/";
  assert.deepEqual(first?.definition, { values: ["2026-01-01"], storageDescriptor: { location } });
  const before = partitions.changes;
  assert.deepEqual(changes(await run()), ["orders unchanged unchanged 2", "people unchanged"]);
  assert.equal(partitions.changes, before);
  assert.equal(catalog.table("d", "orders")?.versionId, "0");
});

test("crawl() follows new partitions, new columns and wider types", async () => {
  const { catalog, put, run } = await orders();
  await run();
  await put("orders/dt=2026-01-03/a", '{"id":1.5,"lines":[{"sku":"x"}]}\n');
  assert.deepEqual(changes(await run()), ["orders updated created 1 unchanged 2"]);
  assert.equal(columnsText(catalog, "orders"), "id double, city string, lines array<struct<sku:string>>");
  assert.equal(catalog.table("d", "orders")?.versionId, "1");
});

test("crawl() keeps what people changed in a table", async () => {
  const { catalog, put, run } = await orders();
  await run();
  const { definition } = catalog.table("d", "orders") ?? {};
  assert.ok(definition !== undefined);
  const columns = [
    { name: "id", type: "int", comment: "of the shop" },
    { name: "city", type: "varchar(20)" },
  ];
  await catalog.updateTable("d", { ...definition, storageDescriptor: { ...definition.storageDescriptor, columns } });
  assert.deepEqual(changes(await run()), ["orders unchanged unchanged 2"]);
  await put("orders/dt=2026-01-03/a", '{"id":"x","city":"Bonn"}\n');
  await run();
  assert.equal(columnsText(catalog, "orders"), "id string, city varchar(20)");
  assert.equal(catalog.table("d", "orders")?.definition.storageDescriptor?.columns?.[0]?.comment, "of the shop");
});

test("crawl() lists broken files with their reason and goes on", async () => {
  const { put, partitions, run } = await orders();
  await put("orders/dt=2026-01-03/a.gz", gzipSync('{"id":3}\n').subarray(0, -6));
  await put("orders/dt=2026-01-02/b", Buffer.from([0, 1, 2, 3]));
  const report = await run();
  assert.deepEqual(changes(report), ["orders created created 2"]);
  assert.equal(report.objects.broken, 2);
  assert.deepEqual(report.broken.map(({ key }) => key).sort(), [
    "s3://lake/orders/dt=2026-01-02/b",
    "s3://lake/orders/dt=2026-01-03/a.gz",
  ]);
  assert.equal(await partitions.partition("d", "orders", ["2026-01-03"]), undefined);
});

test("crawl() passes over hidden names, folder markers and what the predicate forbids", async () => {
  const { put, run, catalog } = await orders();
  await put("orders/", "");
  await put("orders/_temporary/x", "{}");
  await put("orders/.hidden", "words");
  await put("orders/dt=2026-01-09/ours", '{"id":1}');
  const report = await run({ isVisible: (bucket, key) => bucket === "lake" && !key.endsWith("ours") });
  assert.deepEqual(changes(report), ["orders created created 2"]);
  assert.equal(report.objects.sampled, 2);
  assert.equal(catalog.tables("d").length, 1);
});

test("crawl() lets go of what is gone, as the policy says", async () => {
  for (const [policy, expected] of [
    ["deprecate", ["orders unchanged unchanged 1 deprecated 1", "people deprecated"]],
    ["delete", ["orders unchanged unchanged 1 deleted 1", "people deleted"]],
    ["log", ["orders unchanged unchanged 1 missing 1", "people missing"]],
  ] as const) {
    const { put, store, catalog, partitions, run } = await orders();
    await put("people/1.json", '{"name":"Ada"}');
    await run();
    await store.delete("lake", "orders/dt=2026-01-01/a.gz");
    await store.delete("lake", "people/1.json");
    const options = { policy: { update: "update", delete: policy } } as const;
    assert.deepEqual(changes(await run(options)), expected);
    assert.equal(catalog.table("d", "people") === undefined, policy === "delete");
    assert.equal((await partitions.partitions("d", "orders")).length, policy === "delete" ? 1 : 2);
  }
});

test("crawl() takes back that something is gone", async () => {
  const { put, store, catalog, run } = await orders();
  await run();
  for (const day of ["01", "02"]) await store.delete("lake", `orders/dt=2026-01-${day}/a.gz`);
  assert.deepEqual(changes(await run()), ["orders deprecated"]);
  assert.deepEqual(changes(await run()), ["orders unchanged"]);
  await put("orders/dt=2026-01-02/a", '{"id":1}');
  assert.deepEqual(changes(await run()), ["orders updated unchanged 1 deprecated 1"]);
  assert.equal(catalog.table("d", "orders")?.definition.parameters?.DEPRECATED_BY_CRAWLER, undefined);
});

test("crawl() leaves tables and partitions of others, and those with files that cannot be read", async () => {
  const { put, catalog, partitions, run } = await orders();
  await run();
  await catalog.createTable("d", { name: "mine", storageDescriptor: { location: "s3://lake/mine/" } });
  const storageDescriptor = { location: "s3://elsewhere/x/" };
  await partitions.createPartitions("d", "orders", [{ values: ["x"], storageDescriptor }]);
  await put("orders/dt=2026-01-01/a.gz", "words");
  const report = await run({ policy: { update: "update", delete: "delete" } });
  assert.deepEqual(changes(report), ["orders unchanged unchanged 1"]);
  assert.equal((await partitions.partitions("d", "orders")).length, 3);
  assert.equal(catalog.tables("d").length, 2);
});

test("crawl() leaves tables as they are under the policy to log", async () => {
  const { catalog, put, run } = await orders();
  await run();
  await put("orders/dt=2026-01-03/a", '{"id":1,"more":true}\n');
  const report = await run({ policy: { update: "log", delete: "log" } });
  assert.deepEqual(changes(report), ["orders differs created 1 unchanged 2"]);
  assert.equal(columnsText(catalog, "orders"), "id bigint, city string");
});

test("crawl() touches no partitions of a table with other keys", async () => {
  const { catalog, partitions, put, run } = await orders();
  await run();
  for (const hour of ["1", "2", "3"]) await put(`orders/dt=2026-01-03/h=${hour}/a`, '{"id":1}');
  const [table] = (await run()).tables;
  assert.match(
    table?.warnings.at(-1) ?? "",
    /Its partition keys are dt, its folders have dt\/h: no partition was touched/,
  );
  assert.equal((await partitions.partitions("d", "orders")).length, 2);
  assert.deepEqual(catalog.table("d", "orders")?.definition.partitionKeys, [{ name: "dt", type: "string" }]);
});

test("crawl() gives two folders of one name two tables", async () => {
  const { put, run } = await crawlWorld();
  await put("a/x/1.json", '{"a":1}');
  await put("b/x/1.csv", "n,m\n1,2\n");
  const names = (await run({ tablePrefix: "raw_" })).tables.map(({ name }) => name);
  assert.equal(names[0], "raw_x");
  assert.match(names[1] ?? "", /^raw_x_[0-9a-f]{8}$/);
});

test("crawl() does not double a key that is a column", async () => {
  const { catalog, put, run } = await crawlWorld();
  await put("j/dt=1/a", '{"dt":1,"id":1}');
  await put("c/dt=1/a", "dt,id\n1,2\n");
  await run();
  assert.equal(columnsText(catalog, "j"), "id bigint");
  assert.equal(columnsText(catalog, "c"), "dt bigint, id bigint");
  assert.deepEqual(catalog.table("d", "c")?.definition.partitionKeys, [{ name: "partition_0", type: "string" }]);
});

test("crawl() lets go of nothing when time was too short to list all", async () => {
  const { catalog, put, store, run } = await orders();
  await put("people/1.json", '{"name":"Ada"}');
  await run();
  await store.delete("lake", "people/1.json");
  let now = 0;
  const hurried = { now: () => 0, monotonic: () => (now += 600), sleep: () => Promise.resolve() };
  const report = await run({ timeoutMs: 1000, policy: { update: "update", delete: "delete" }, clock: hurried });
  assert.match(report.incomplete[0] ?? "", /the time for a crawl was over/);
  assert.equal(catalog.tables("d").length, 2);
});

test("crawl() survives a store that fails now and then, and tells a location that is not there", async () => {
  const { store, run } = await orders();
  const faulty = new FaultyStore(store);
  faulty.script("get", { kind: "before", code: "unavailable" });
  const report = await run({ storeFor: () => faulty });
  assert.match(report.broken[0]?.reason ?? "", /Injected/);
  assert.deepEqual(changes(report), ["orders created created 1"]);
  await assert.rejects(
    run({
      storeFor: () =>
        ({
          ...store,
          list: () => {
            throw new Error("denied");
          },
        }) as never,
    }),
    /cannot be listed: denied/,
  );
});

test("crawl() ends when it is called off", async () => {
  const { run } = await orders();
  await assert.rejects(run({ signal: AbortSignal.abort(new Error("called off")) }), /called off/);
});
