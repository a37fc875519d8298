import assert from "node:assert/strict";
import { start } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";
import { exportJourney, ORDERS } from "./export-journey.ts";
import { temporaryFolder, until } from "./journey.ts";

/** The job in a server, as its users have it. LAKEHOSE_TEST_POSTGRESQL says where the database is. */
exportJourney("a declared export runs in the server, and tells its counters", async (setting, t) => {
  const { shop, options } = setting;
  await shop.client.query(ORDERS);
  const definition = {
    kind: "export",
    options: options({ tables: [{ name: "orders" }], chunkRows: 300 }),
    retries: 1,
  };
  const jobs = { "shop-tables": JSON.parse(JSON.stringify(definition)) };
  const lakehose = await start({ data: await temporaryFolder(t), jobs });
  afterwards(t, () => lakehose.close());
  const api = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${lakehose.url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return (await response.json()) as { readonly runs?: readonly Run[] };
  };
  await api("POST", "/api/jobs/shop-tables/runs");
  const lastRun = async () => {
    const { runs } = await api("GET", "/api/jobs/shop-tables/runs");
    return runs?.[0];
  };
  await until(async () => !["queued", "running"].includes((await lastRun())?.state ?? "queued"));
  const { state, counters } = (await lastRun()) ?? {};
  assert.deepEqual([state, counters?.rowsExported, counters?.objectsWritten], ["succeeded", 1000, 4]);
});

interface Run {
  readonly state: string;
  readonly counters?: Readonly<Record<string, number>>;
}
