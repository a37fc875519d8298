import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { Partitions } from "../../src/catalog/partition.ts";
import type { TableChanges } from "../../src/catalog/table-changes/table-changes.ts";
import { type JobDefinition, type JobSettings, jobSettingsSchema } from "../../src/jobs/job-definition.ts";
import { anyKind, type JobResult, type JobRun } from "../../src/jobs/job-kind.ts";
import { Jobs, type JobsOptions } from "../../src/jobs/jobs.ts";
import type { StreamProgress } from "../../src/jobs/triggers/trigger-type.ts";
import type { Queries } from "../../src/query/queries.ts";
import type { Disk } from "../../src/std/disk.ts";
import { seededRandom } from "../../src/std/random.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

/** Work of one run that waits for the test to say what becomes of it. */
export interface HeldRun {
  readonly run: JobRun;
  readonly options: { readonly answer: number };
  succeed(counters?: JobResult["counters"]): Promise<void>;
  fail(message: string): Promise<void>;
}

/** Jobs of a kind "held" on a pretend disk and clock; `restart` opens them again as another process would. */
export async function jobWorld(more: Partial<JobsOptions> = {}) {
  const clock = new PretendClock(Date.UTC(2026, 10, 21, 12));
  const disk = new PretendDisk();
  const random = seededRandom(1);
  const told: { readonly name: string; readonly fields: object }[] = [];
  const held: HeldRun[] = [];
  const streams = new Map<string, StreamProgress>();
  const crawls = new Map<string, string>();
  const settle = () => clock.advance(0);

  const heldKind = anyKind({
    name: "held",
    description: "Waits for the test.",
    options: z.strictObject({ answer: z.number().default(42) }),
    create: () => (options, run) =>
      new Promise<JobResult>((resolve, reject) => {
        run.signal.addEventListener("abort", () => reject(run.signal.reason), { once: true });
        held.push({
          run,
          options,
          succeed: (counters = {}) => {
            resolve({ counters });
            return settle();
          },
          fail: (message) => {
            reject(new Error(message));
            return settle();
          },
        });
      }),
  });

  const open = (view: Disk = disk.process()) =>
    Jobs.open({
      kinds: [heldKind],
      directory: "/data/meta/jobs",
      lastCrawl: (crawler) => crawls.get(crawler),
      components: {
        catalog: {} as Catalog & { readonly partitions: Partitions },
        queries: {} as Queries,
        changes: {} as TableChanges,
        isSettled: () => true,
        storeFor: () => new MemoryStore({ clock }),
        clock,
        disk: view,
        random,
        temporaryDirectory: "/data/temporary/jobs",
        cacheDirectory: "/data/cache/jobs",
        python: { scripts: "/data/scripts", inline: false },
        telemetry: { emit: (name, fields) => void told.push({ name, fields }) },
      },
      ...more,
    });
  const begin = (jobs: Jobs) => {
    jobs.begin({
      endpoint: { url: "http://127.0.0.1:4573" },
      streamProgress: (stream) => streams.get(stream),
    });
  };
  let jobs = await open();
  begin(jobs);
  return {
    clock,
    disk,
    told,
    held,
    streams,
    crawls,
    settle,
    open,
    begin,
    get jobs() {
      return jobs;
    },
    /** The process dies and another one takes its place. */
    restart: async () => {
      disk.processKill();
      jobs = await open();
      begin(jobs);
      await settle();
    },
    /** Lets a second pass, in which triggers are looked at. */
    look: () => clock.advance(1_000),
    define: (name: string, settings: Partial<z.input<typeof jobSettingsSchema>> = {}) =>
      jobs.define(definitionOf(name, settings)),
    /** The events of a name, in their order. */
    events: (name: string) => told.filter((one) => one.name === name).map(({ fields }) => fields),
  };
}

export function definitionOf(name: string, settings: Partial<z.input<typeof jobSettingsSchema>> = {}): JobDefinition {
  const parsed: JobSettings = jobSettingsSchema.parse({ kind: "held", ...settings });
  return { name, ...parsed };
}
