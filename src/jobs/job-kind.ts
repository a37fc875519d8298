import type { z } from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import type { Partitions } from "../catalog/partition.ts";
import type { TableChanges } from "../catalog/table-changes/table-changes.ts";
import type { Queries } from "../query/queries.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { JsonValue } from "../std/json.ts";
import type { Random } from "../std/random.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** One kind of job: a folder and a line in the registry. */
export interface JobKind<Options = unknown> {
  /** What definitions call it: "sql", "python", "compact", "export". */
  readonly name: string;
  /** One sentence for the reference page. */
  readonly description: string;
  /** Descriptions, units, limits, defaults and an example (`.meta({ examples })`): the reference page derives from it. */
  readonly options: z.ZodType<Options>;
  /** Called once, when the server starts. What it gives does the work of one run; several may be under way at a time. */
  /** Loads what the work needs when it is asked for: most servers never run most kinds. */
  create(components: JobComponents): JobWork<Options>;
}

/**
 * One run. `options` has passed the schema. Resolves when everything is done and durable; rejects with a `LakehoseError`
 * whose message a person can act on. Rejects soon after `run.signal` is aborted, with the signal's reason or its own.
 *
 * A run may be ended by a crash at any moment and is then started again from the beginning, so that what it does has to
 * be safe to do twice; what must not be repeated is remembered in `run.state`.
 */
export type JobWork<Options> = (options: Options, run: JobRun) => Promise<JobResult>;

/** What a run knows of itself. */
export interface JobRun {
  readonly runId: string;
  readonly jobName: string;
  /** When this attempt began, wall clock, ms. */
  readonly startedAt: number;
  /** What it runs for, the same for all attempts; absent where tests leave it out. */
  readonly occasion?: JobOccasion;
  /** Aborted when the run is cancelled, when its time is up, and when the server stops. */
  readonly signal: AbortSignal;
  /** One line for people, into the run's log. The log is bounded: lines beyond its size are counted and left out. */
  log(line: string): void;
  /** How far it has come, in whatever unit the kind counts. Cheap: may be called for each file. */
  progress(done: number, total?: number): void;
  /** Small durable state of this job that survives runs and crashes (resumable exports). */
  readonly state: JobState;
}

/** Work about "today" asks for this and not for the clock: a retry after midnight is still about the day before. */
export interface JobOccasion {
  /** When it was due, ms: the scheduled time, or when somebody asked for it. */
  readonly at: number;
  /** The day that has become complete, `2026-11-21`, of runs that wait for one. */
  readonly day?: string;
}

export interface JobState {
  read(): Promise<JsonValue | undefined>;
  /** Durable when it resolves; replaces what was there, as a whole. */
  write(value: JsonValue): Promise<void>;
}

export interface JobResult {
  /** What was done, by name with the unit last: `rowsExported`, `filesWritten`, `bytesScanned`. */
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * False for an object of a delivery whose receipt is not durable yet: recovery may look for it, and would write it again
 * (rule H59).
 */
export type IsSettled = (key: string) => boolean;

/** What kinds of jobs may use of the world. */
export interface JobComponents {
  readonly catalog: Catalog & { readonly partitions: Partitions };
  readonly queries: Queries;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly changes: TableChanges;
  readonly isSettled: IsSettled;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  /** Emptied at each start. A run keeps its files in a folder that is named by its id, which is removed when it ends. */
  readonly temporaryDirectory: string;
  /** For what can be made again and is dear to make, such as virtual environments. Survives restarts. */
  readonly cacheDirectory: string;
  /** What the configuration's `python:` section says. */
  readonly python: PythonSettings;
  readonly telemetry: Telemetry;
  /** Where this server takes requests, and what it takes them with. Known before the first run begins. */
  readonly endpoint: () => JobEndpoint;
}

export interface PythonSettings {
  /** Scripts of jobs lie below this folder, and none elsewhere is run. */
  readonly scripts: string;
  /** A folder with modules that all scripts can import. */
  readonly libraries?: string;
  /** Whether a definition may hold a program as text: whoever may define jobs may then run anything. */
  readonly inline: boolean;
}

export interface JobEndpoint {
  readonly url: string;
  /** Absent while the server asks for no keys. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What clients have to trust when the server made its own certificate. */
  readonly caFile?: string;
}

/** Forgets what the options are, for the registry: whoever runs a job puts them through the kind's own schema first. */
export function anyKind<Options>(kind: JobKind<Options>): JobKind {
  return kind as JobKind;
}
