import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Partitions } from "../catalog/partition.ts";
import type { TableChanges } from "../catalog/table-changes/table-changes.ts";
import { EngineOnDemand } from "../query/engine-on-demand.ts";
import type { FreshRows } from "../query/fresh-rows.ts";
import type { PreparedStatements } from "../query/prepared/prepared-statements.ts";
import { Queries } from "../query/queries.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { DiskStore } from "../storage/disk/disk-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type QuerySection, queryLimits } from "./configuration/query-section.ts";
import type { Stores } from "./stores.ts";

export interface OpenQueriesOptions {
  readonly catalog: Catalog & { readonly partitions: Partitions };
  readonly changes: TableChanges;
  readonly freshRows: FreshRows;
  readonly stores: Stores;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly settings: QuerySection;
  readonly directory: string;
  readonly prepared: PreparedStatements;
}

/** SQL over the tables of the catalog. Nothing is loaded before the first statement comes. */
export async function openQueries({
  catalog,
  changes,
  freshRows,
  stores,
  settings,
  directory,
  prepared,
  ...world
}: OpenQueriesOptions): Promise<Queries> {
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const engine = new EngineOnDemand({
    ...world,
    catalog,
    partitions: catalog.partitions,
    changes,
    freshRows,
    storeFor,
    localPath: (bucket, key) => {
      const store = storeFor(bucket);
      return store instanceof DiskStore ? store.pathOf(bucket, key) : undefined;
    },
    directory,
    tablesLocation: settings.tablesLocation,
    limits: queryLimits(settings),
    prepared,
  });
  return Queries.open({ ...world, engine, directory: join(directory, "results") });
}
