import assert from "node:assert/strict";
import { test } from "node:test";
import { crawlWorld } from "../../../test/fakes/crawl-world.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import type { CrawlerDefinition } from "./crawler-definition.ts";
import { Crawlers } from "./crawlers.ts";
import { CHANGE_POLICY_DEFAULT } from "./schema-change.ts";

const NIGHTLY: CrawlerDefinition = {
  name: "Nightly",
  database: "d",
  locations: ["s3://lake/orders"],
  policy: CHANGE_POLICY_DEFAULT,
};

async function opened() {
  const { clock, catalog, partitions, store, put } = await crawlWorld();
  const disk = new PretendDisk();
  const open = () =>
    Crawlers.open({
      disk: disk.process(),
      random: seededRandom(2),
      dataDirectory: "/data",
      clock,
      catalog,
      partitions,
      storeFor: () => store,
    });
  await put("orders/dt=1/a", '{"id":1}');
  return { open, crawlers: await open(), catalog, store };
}

async function crawlEnded(crawlers: Crawlers, name: string) {
  for (;;) {
    const { job, lastCrawl } = crawlers.get(name);
    if (job === undefined) return lastCrawl;
    await new Promise(setImmediate);
  }
}

test("Crawlers gives back after a restart what it took, with the last crawl", async () => {
  const { open, crawlers, catalog } = await opened();
  await crawlers.create(NIGHTLY);
  await crawlers.update("Nightly", (present) => ({ ...present, schedule: "cron(15 12 * * ? *)" }));
  await crawlers.start("Nightly");
  const last = await crawlEnded(crawlers, "Nightly");
  assert.deepEqual([last?.status, last?.tables.created], ["done", 1]);
  assert.equal(catalog.table("d", "orders")?.definition.parameters?.UPDATED_BY_CRAWLER, "Nightly");
  const again = await open();
  assert.deepEqual(again.list(), crawlers.list());
  assert.deepEqual([again.get("Nightly").version, again.get("Nightly").lastCrawl], [2, last]);
  await again.delete("Nightly");
  assert.deepEqual((await open()).list(), []);
});

test("Crawlers refuses what cannot be", async () => {
  const { crawlers } = await opened();
  await crawlers.create(NIGHTLY);
  await assert.rejects(crawlers.create(NIGHTLY), { code: "already-exists" });
  await assert.rejects(crawlers.create({ ...NIGHTLY, name: "x", locations: ["lake/orders"] }), {
    code: "invalid",
    message: 'Expected a location such as s3://bucket/folder/, got "lake/orders"',
  });
  await assert.rejects(crawlers.create({ ...NIGHTLY, name: "x", locations: [] }), { code: "invalid" });
  await assert.rejects(crawlers.start("other"), { code: "not-found" });
  assert.throws(() => crawlers.stop("Nightly"), { code: "not-running" });
  await crawlers.start("Nightly");
  await assert.rejects(crawlers.start("Nightly"), { code: "running" });
  await assert.rejects(crawlers.delete("Nightly"), { code: "running" });
  crawlers.stop("Nightly");
  assert.equal((await crawlEnded(crawlers, "Nightly"))?.status, "cancelled");
});

test("Crawlers remembers why a crawl failed, and ends one at its close", async () => {
  const { crawlers, open } = await opened();
  await crawlers.create({ ...NIGHTLY, locations: ["s3://nowhere/"] });
  await crawlers.start("Nightly");
  const last = await crawlEnded(crawlers, "Nightly");
  assert.equal(last?.status, "failed");
  assert.match(last?.message ?? "", /s3:\/\/nowhere\/ cannot be listed/);
  await crawlers.update("Nightly", () => NIGHTLY);
  await crawlers.start("Nightly");
  await crawlers.close();
  assert.equal((await open()).get("Nightly").lastCrawl?.status, "cancelled");
});

test("Crawlers takes no more crawls at a time than it can hold", async () => {
  const { crawlers } = await opened();
  const begin = () => crawlers.jobs.start("crawl", NIGHTLY);
  const ended = [begin(), begin(), begin(), begin()].map((one) => one.ended);
  assert.throws(begin, { code: "limit-exceeded" });
  await Promise.all(ended);
  assert.equal((await begin().ended).state, "done");
});
