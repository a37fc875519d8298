import { type CrawlOptions, crawl } from "../../src/catalog/crawler/crawl.ts";
import type { CrawlReport } from "../../src/catalog/crawler/crawl-report.ts";
import { CHANGE_POLICY_DEFAULT } from "../../src/catalog/crawler/schema-change.ts";
import { StoredCatalog } from "../../src/catalog/stored-catalog.ts";
import { seededRandom } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import { FakePartitions } from "./fake-partitions.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

/** A lake in memory, a catalog, and a crawler over bucket `lake` into database `d`. */
export async function crawlWorld() {
  const clock = new PretendClock();
  const store = new MemoryStore({ clock });
  const partitions = new FakePartitions();
  const world = { disk: new PretendDisk().process(), clock, random: seededRandom(1) };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: "/data" });
  await store.ensureBucket("lake");
  const put = async (key: string, content: string | Buffer) => {
    const body = bytesBody(Buffer.from(content));
    await store.put({ bucket: "lake", key, body, onlyIfAbsent: false, contentType: "x", metadata: {} });
  };
  const run = (options: Partial<CrawlOptions> = {}, prefix = ""): Promise<CrawlReport> =>
    crawl([{ bucket: "lake", prefix }], {
      clock,
      catalog,
      partitions,
      storeFor: () => store,
      crawler: "nightly",
      database: "d",
      policy: CHANGE_POLICY_DEFAULT,
      ...options,
    });
  return { clock, store, partitions, catalog, put, run };
}

/** `name type, name type` of a table of database `d`. */
export function columnsText(catalog: StoredCatalog, name: string): string | undefined {
  const columns = catalog.table("d", name)?.definition.storageDescriptor?.columns;
  return columns?.map((column) => `${column.name} ${column.type}`).join(", ");
}
