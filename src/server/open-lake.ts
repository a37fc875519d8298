import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { Streams } from "../streams/streams.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { StreamFreshRows } from "./fresh-rows.ts";
import { openCatalog } from "./open-catalog.ts";
import { openExecutions } from "./open-executions.ts";
import { openJobs } from "./open-jobs.ts";
import { openQueries } from "./open-queries.ts";
import { settledObjects } from "./settled-objects.ts";
import type { Stores } from "./stores.ts";

export interface OpenLakeOptions {
  readonly configuration: Configuration;
  readonly stores: Stores;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** `undefined` until they are open. */
  readonly streams: () => Streams | undefined;
  /** Takes what ends each room that was opened, in their order. */
  readonly closers: (() => unknown)[];
}

/** What works on that which has landed: the catalog, crawlers, SQL, jobs. */
export type Lake = Awaited<ReturnType<typeof openLake>>;

/** Opened before the streams, whose tables it knows. */
export async function openLake({ configuration, stores, folder, streams, closers, ...world }: OpenLakeOptions) {
  const options = { ...world, configuration, stores, folder, dataDirectory: folder.root };
  const { catalog, changes, crawlers } = await openCatalog(options);
  closers.push(() => changes.close());
  closers.push(() => crawlers.close());
  const freshRows = new StreamFreshRows(streams);
  const querying = { catalog, changes, freshRows, stores, settings: configuration.query, directory: folder.query };
  const queries = await openQueries({ ...world, ...querying });
  closers.push(() => queries.close());
  const { executions, ...saved } = await openExecutions({ ...world, queries, stores, folder });
  closers.push(() => executions.close());
  const settled = settledObjects(streams, world.clock);
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const jobs = await openJobs({
    ...world,
    configuration,
    catalog,
    crawlers,
    changes,
    queries,
    storeFor,
    settledObjects: settled,
    folder,
  });
  return { catalog, changes, crawlers, queries, jobs, executions, ...saved };
}
