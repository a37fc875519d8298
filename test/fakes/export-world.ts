import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StoredCatalog } from "../../src/catalog/stored-catalog.ts";
import { EVERY_FILE } from "../../src/catalog/table-changes/every-file.ts";
import type { TableChanges } from "../../src/catalog/table-changes/table-changes.ts";
import { exportJob } from "../../src/jobs/export/export-job.ts";
import type { JobComponents, JobResult, JobState } from "../../src/jobs/job-kind.ts";
import { QueryEngine, type ResultRow } from "../../src/query/engine/query-engine.ts";
import { Queries } from "../../src/query/queries.ts";
import { DEFAULT_QUERY_LIMITS } from "../../src/query/query-limits.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { JsonValue } from "../../src/std/json.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { systemRandom } from "../../src/std/random.ts";
import { readFileWhole, writeFileDurably } from "../../src/std/write-file.ts";
import { openDiskStore } from "../../src/storage/disk/disk-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";

export interface ExportFaults {
  /** Stands between the job and the lake. */
  readonly store?: (lake: ObjectStore) => ObjectStore;
  /** Called before each write of the state. */
  readonly beforeState?: (value: JsonValue) => void;
}

export interface RunSettings {
  readonly startedAt?: number;
  /** When it was due; absent: the same for all runs of the test. */
  readonly occasion?: number;
  readonly signal?: AbortSignal;
  readonly jobName?: string;
  /** Told each line of the run's log. */
  readonly onLine?: (line: string) => void;
}

const OCCASION = Date.UTC(2026, 10, 22, 2);

/** The job over a lake, a catalog and a state in `root`, which another process may have left there. */
export async function exportWorld(
  root: string,
  { store = (lake) => lake, beforeState = () => undefined }: ExportFaults = {},
) {
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const lake = await openDiskStore({
    disk: nodeDisk,
    root: folder("buckets"),
    temporaryDirectory: folder("temporary"),
    metadataDirectory: folder("objects"),
  });
  const world = { disk: nodeDisk, clock: systemClock, random: systemRandom };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: root });
  const changes: TableChanges = {
    view: () => EVERY_FILE,
    isFree: () => true,
    begin: () => Promise.reject(new Error("nothing changes the files of tables here")),
  };
  const engine = await QueryEngine.open({
    ...world,
    catalog,
    partitions: catalog.partitions,
    changes,
    storeFor: () => lake,
    localPath: (bucket, key) => lake.pathOf(bucket, key),
    directory: folder("query"),
    telemetry: silentTelemetry,
    tablesLocation: "s3://lake/tables/",
    limits: { ...DEFAULT_QUERY_LIMITS, memoryMib: 256 },
  });
  const faulty = store(lake);
  const components: JobComponents = {
    ...world,
    catalog,
    queries: await Queries.open({ ...world, engine, directory: folder("results") }),
    storeFor: () => faulty,
    changes,
    isSettled: () => true,
    temporaryDirectory: folder("runs"),
    cacheDirectory: folder("cache"),
    python: { scripts: root, inline: false },
    telemetry: { emit: () => undefined },
    endpoint: () => ({ url: "http://127.0.0.1" }),
  };
  const statePath = join(folder("state"), "export.json");
  const state: JobState = {
    read: async () => {
      const bytes = await readFileWhole(nodeDisk, statePath);
      return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as JsonValue);
    },
    write: async (value) => {
      beforeState(value);
      await writeFileDurably(nodeDisk, statePath, Buffer.from(JSON.stringify(value)));
    },
  };
  const work = exportJob.create(components);
  const lines: string[] = [];
  return {
    root,
    catalog,
    lake,
    state,
    lines,
    run: async (options: object, settings: RunSettings = {}): Promise<JobResult> => {
      const {
        startedAt = Date.now(),
        occasion = OCCASION,
        signal = new AbortController().signal,
        jobName = "nightly",
      } = settings;
      const runId = systemRandom.bytes(8).toString("hex");
      const log = (line: string) => {
        lines.push(line);
        settings.onLine?.(line);
      };
      return work(exportJob.options.parse(options), {
        runId,
        jobName,
        startedAt,
        occasion: { at: occasion },
        signal,
        log,
        progress: () => undefined,
        state,
      });
    },
    rows: async (sql: string): Promise<readonly ResultRow[]> => {
      const rows: ResultRow[] = [];
      const { signal } = new AbortController();
      const sink = { columns: () => undefined, rows: (some: readonly ResultRow[]) => void rows.push(...some) };
      await engine.run({ sql, database: "default", signal }, sink);
      return rows;
    },
    keys: async (prefix = ""): Promise<readonly string[]> => {
      await lake.ensureBucket("lake");
      const keys: string[] = [];
      for await (const { key } of lake.list("lake", { prefix })) keys.push(key);
      return keys;
    },
  };
}

export type ExportWorld = Awaited<ReturnType<typeof exportWorld>>;
