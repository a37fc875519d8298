import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ExportFaults, type ExportWorld, exportWorld } from "../fakes/export-world.ts";
import { PASSWORD_VARIABLE, type ShopDatabase, shopDatabase } from "../fakes/shop-database.ts";

/** Exports of a real database: `npm run servers -- run postgresql -- npm test`. */
const address = process.env.LAKEHOSE_TEST_POSTGRESQL;
const skip =
  address === undefined ? "needs a PostgreSQL server: its address belongs in LAKEHOSE_TEST_POSTGRESQL" : false;
if (address !== undefined) process.env[PASSWORD_VARIABLE] = decodeURIComponent(new URL(address).password);

export interface ExportSetting {
  readonly shop: ShopDatabase;
  readonly world: ExportWorld;
  /** Options with the source and bucket filled in. */
  readonly options: (more: object) => object;
  readonly reopen: (faults?: ExportFaults) => Promise<ExportWorld>;
}

export function exportJourney(
  name: string,
  run: (setting: ExportSetting, t: TestContext) => Promise<void>,
  faults: ExportFaults = {},
) {
  test(name, { skip }, async (t) => {
    const shop = await shopDatabase(address ?? "");
    t.after(() => shop.close());
    const root = await mkdtemp(join(tmpdir(), "lakehose-export-"));
    t.after(() => rm(root, { recursive: true, force: true }));
    const options = (more: object) => ({ source: shop.source, bucket: "lake", prefix: "warehouse/", ...more });
    await run(
      { shop, world: await exportWorld(root, faults), options, reopen: (again) => exportWorld(root, again) },
      t,
    );
  });
}

/** A thousand orders of a minute each. */
export const ORDERS = `CREATE TABLE orders (id bigint PRIMARY KEY, customer text, total numeric(12,2), placed timestamptz);
  INSERT INTO orders SELECT i, 'customer ' || i % 97, i / 100.0, timestamptz '2026-01-01 00:00:00+01' + i * interval '1 minute'
  FROM generate_series(1, 1000) i`;
