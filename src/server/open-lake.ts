import { CrawlerSchedules } from "../catalog/crawler/crawler-schedules.ts";
import { PreparedStatements } from "../query/prepared/prepared-statements.ts";
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
import { openLifecycle } from "./open-lifecycle.ts";
import { openQueries } from "./open-queries.ts";
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
  // Rule H59. A crawl must not take a table for empty because nobody knows; expiry and jobs keep whatever may be open.
  const isOpen = (key: string) => streams()?.isOpen(key);
  const isVisible = (_: string, key: string) => isOpen(key) !== true;
  const { catalog, changes, crawlers } = await openCatalog({ ...options, isVisible });
  closers.push(() => changes.close());
  closers.push(() => crawlers.close());
  const freshRows = new StreamFreshRows(streams);
  const prepared = await PreparedStatements.open({ ...world, directory: folder.executions });
  const querying = {
    catalog,
    changes,
    freshRows,
    stores,
    prepared,
    settings: configuration.query,
    directory: folder.query,
  };
  const queries = await openQueries({ ...world, ...querying });
  closers.push(() => queries.close());
  const { executions, ...saved } = await openExecutions({ ...world, queries, prepared, stores, folder });
  closers.push(() => executions.close());
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const isSettled = (key: string) => isOpen(key) === false;
  const working = { catalog, crawlers, changes, queries, storeFor, isSettled };
  const jobs = await openJobs({ ...world, ...working, configuration, folder });
  const letGo = async (bucket: string, key: string) => isSettled(key) && changes.isFree({ bucket, key });
  const withoutReaders = changes.withoutReaders.bind(changes);
  const lifecycle = await openLifecycle({ ...options, letGo, withoutReaders });
  const schedules = new CrawlerSchedules(world.clock, crawlers);
  /** What goes on by itself; once the streams are open, whose objects it asks for. */
  const startSchedules = () => {
    for (const one of [lifecycle.daily, schedules]) {
      one.start();
      closers.push(() => one.close());
    }
  };
  const opened = { catalog, changes, crawlers, queries, jobs, executions, ...saved };
  return { ...opened, lifecycle: lifecycle.rules, startSchedules };
}
