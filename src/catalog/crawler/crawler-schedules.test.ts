import assert from "node:assert/strict";
import { test } from "node:test";
import { crawlWorld } from "../../../test/fakes/crawl-world.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { CrawlerSchedules } from "./crawler-schedules.ts";
import { Crawlers } from "./crawlers.ts";
import { CHANGE_POLICY_DEFAULT } from "./schema-change.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HOURLY = "cron(30 * * * ? *)";
const DEFINITION = { name: "c", database: "d", locations: ["s3://lake/orders"], policy: CHANGE_POLICY_DEFAULT };

/** Midnight of the first of January, a crawler by the hour at half past, and a count of its crawls. */
async function scheduled() {
  const { clock, catalog, partitions, store, put } = await crawlWorld();
  const disk = new PretendDisk();
  await put("orders/dt=1/a", '{"id":1}');
  const open = async () => {
    const crawlers = await Crawlers.open({
      ...{ disk: disk.process(), random: seededRandom(2), dataDirectory: "/data" },
      ...{ clock, catalog, partitions, storeFor: () => store },
    });
    const schedules = new CrawlerSchedules(clock, crawlers);
    schedules.start();
    const close = async () => {
      await schedules.close();
      await crawlers.close();
    };
    return { crawlers, close, runs: () => crawlers.jobs.list().length };
  };
  return { clock, open, disk };
}

const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);

test("CrawlerSchedules starts a crawler when it is due, and says when that is next", async () => {
  const { clock, open } = await scheduled();
  const { crawlers, runs, close } = await open();
  await crawlers.create({ ...DEFINITION, schedule: HOURLY });
  assert.equal(crawlers.get("c").nextRunAt, at("00:30:00"));
  await clock.advance(30 * MINUTE_MS - 1_000);
  assert.equal(runs(), 0);
  await clock.advance(2_000);
  assert.equal(runs(), 1);
  assert.equal(crawlers.get("c").nextRunAt, at("01:30:00"));
  await clock.advance(3 * HOUR_MS);
  assert.equal(runs(), 4);
  assert.equal(crawlers.get("c").lastCrawl?.status, "done");
  await close();
});

test("CrawlerSchedules makes up once for what came due while the server was down", async () => {
  const { clock, open, disk } = await scheduled();
  const first = await open();
  await first.crawlers.create({ ...DEFINITION, schedule: HOURLY });
  await first.close();
  disk.powerLoss();
  await clock.advance(5 * HOUR_MS);
  const second = await open();
  await clock.advance(1_000);
  assert.equal(second.runs(), 1);
  await second.close();
  const third = await open();
  await clock.advance(1_000);
  assert.equal(third.runs(), 0, "it has been made up for");
  assert.equal(third.crawlers.get("c").nextRunAt, at("05:30:00"));
  await third.close();
});

test("a schedule that is stopped starts nothing, and makes up for nothing when it is started again", async () => {
  const { clock, open } = await scheduled();
  const first = await open();
  await first.crawlers.create({ ...DEFINITION, schedule: HOURLY });
  await first.crawlers.stopSchedule("c");
  await first.close();
  const { crawlers, runs, close } = await open();
  await clock.advance(5 * HOUR_MS);
  assert.deepEqual([runs(), crawlers.get("c").nextRunAt], [0, undefined]);
  await crawlers.startSchedule("c");
  await clock.advance(20 * MINUTE_MS);
  assert.deepEqual([runs(), crawlers.get("c").nextRunAt], [0, at("05:30:00")]);
  await clock.advance(HOUR_MS);
  assert.equal(runs(), 1);
  await close();
});

test("a schedule that is changed counts from then on, and one that is taken away is gone", async () => {
  const { clock, open } = await scheduled();
  const { crawlers, runs, close } = await open();
  await crawlers.create(DEFINITION);
  await clock.advance(10 * HOUR_MS);
  await crawlers.updateSchedule("c", "cron(0 3 * * ? *)");
  assert.equal(crawlers.get("c").nextRunAt, at("03:00:00") + 24 * HOUR_MS);
  await crawlers.update("c", (present) => ({ ...present, schedule: HOURLY }));
  await crawlers.update("c", (present) => ({ ...present, description: "other" }));
  assert.equal(crawlers.get("c").nextRunAt, at("10:30:00"));
  await assert.rejects(crawlers.updateSchedule("c", "hourly"), { code: "invalid", message: /expected cron\(/ });
  await crawlers.updateSchedule("c", "");
  await clock.advance(HOUR_MS);
  assert.equal(runs(), 0);
  await assert.rejects(crawlers.startSchedule("c"), { code: "no-schedule" });
  await close();
});

test("a crawler that is due while others take all places waits for one", async () => {
  const { clock, open } = await scheduled();
  const { crawlers, runs, close } = await open();
  for (const name of ["1", "2", "3", "4", "5", "6"]) {
    await crawlers.create({ ...DEFINITION, name, schedule: HOURLY });
  }
  await clock.advance(31 * MINUTE_MS);
  assert.equal(runs(), 6);
  await close();
});
