import { join } from "node:path";
import type { Crawlers } from "../catalog/crawler/crawlers.ts";
import type { LandedObject } from "../delivery/journal/journal-records.ts";
import type { JobComponents } from "../jobs/job-kind.ts";
import { Jobs } from "../jobs/jobs.ts";
import { jobKinds } from "../jobs/registry.ts";
import type { LandedFile } from "../jobs/triggers/after-files.ts";
import type { StreamProgress } from "../jobs/triggers/trigger-type.ts";
import type { Streams } from "../streams/streams.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { createDeclaredJobs } from "./declared-jobs.ts";

type World = Pick<
  JobComponents,
  "catalog" | "changes" | "queries" | "storeFor" | "isSettled" | "clock" | "disk" | "random" | "telemetry"
>;

export interface OpenJobsOptions extends World {
  readonly configuration: Configuration;
  readonly crawlers: Crawlers;
  readonly folder: DataFolder;
}

/** The jobs with what the configuration declares. Nothing runs before the server takes requests. */
export async function openJobs({ configuration, crawlers, folder, ...world }: OpenJobsOptions): Promise<Jobs> {
  const jobs = await Jobs.open({
    kinds: jobKinds,
    directory: folder.jobs,
    lastCrawl: (name) => lastCrawlOf(crawlers, name),
    runsAtOnce: configuration.limits.jobRuns,
    components: {
      ...world,
      temporaryDirectory: join(folder.jobFiles, "runs"),
      cacheDirectory: join(folder.jobFiles, "cache"),
      python: configuration.python,
    },
  });
  await createDeclaredJobs(jobs, configuration);
  return jobs;
}

function lastCrawlOf(crawlers: Crawlers, name: string): string | undefined {
  const crawler = crawlers.list().find(({ definition }) => definition.name === name);
  const last = crawler?.lastCrawl;
  return last?.status === "done" ? `${crawler?.uid} ${last.endedAt}` : undefined;
}

/** How far a stream has come; nobody knows while it is not open, and a deleted one has nothing to wait for. */
export function streamProgressIn(streams: Streams): (name: string) => StreamProgress | undefined {
  return (name) => {
    if (streams.get(name) === undefined) return undefined;
    try {
      const { log, deliveries } = streams.health(name);
      return { end: log.end, hold: Math.min(log.end, ...deliveries.map(({ hold }) => hold)) };
    } catch {
      return undefined;
    }
  };
}

/** Objects in the words of the triggers that count them. */
export function landedFiles(objects: readonly LandedObject[]): readonly LandedFile[] {
  return objects.flatMap(({ table, target, name }) => {
    if (table === undefined) return [];
    const tableName = `${table.databaseName}.${table.tableName}`.toLowerCase();
    return { table: tableName, bucket: String(target.options.bucket), key: name };
  });
}
