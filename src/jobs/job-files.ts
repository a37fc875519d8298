import { join } from "node:path";
import { z } from "zod";
import { LakehoseError, reasonOf } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import type { JsonValue } from "../std/json.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";
import type { Run, StoredJob } from "./stored-job.ts";

/**
 * Jobs on disk.
 *
 *     meta/jobs/<uid>/job.json          definition, memory of the triggers, runs that are queued or under way
 *     meta/jobs/<uid>/state.json        what the job itself keeps from run to run
 *     meta/jobs/<uid>/runs/<run>.json   a run that has ended
 *     meta/jobs/<uid>/runs/<run>.log    what a run had to say
 *
 * Constraints: every file but the logs is replaced whole and durably, and `job.json` alone decides whether a job exists and
 * which runs of it are live. So a trigger and the run that it asks for are one write.
 *
 * The end of a run: its file is written, then `job.json` without it. After a crash between the two the run is in both; its
 * own file has the last word.
 *
 * Delete: `job.json` goes first. What a crash leaves of the folder is removed at the next load.
 */
export class JobFiles {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  async load(): Promise<readonly LoadedJob[]> {
    await this.#disk.makeDirectory(this.#directory);
    await this.#disk.syncDirectory(this.#directory);
    const found: LoadedJob[] = [];
    for (const uid of await this.#disk.list(this.#directory)) {
      const job = await this.#read<StoredJob>(join(this.#directory, uid, JOB_FILE), jobFile);
      if (job !== undefined) found.push({ job, ended: await this.#loadRuns(job) });
      else await this.#disk.removeDirectory(join(this.#directory, uid));
    }
    return found;
  }

  /** Makes the folder of a new job; it is none before its first `save`. */
  async prepare(uid: string): Promise<void> {
    await this.#disk.makeDirectory(this.#runs(uid));
  }

  async save(job: StoredJob): Promise<void> {
    await writeFileDurably(this.#disk, join(this.#directory, job.uid, JOB_FILE), encode(job));
  }

  async remove(uid: string): Promise<void> {
    const folder = join(this.#directory, uid);
    await this.#disk.unlink(join(folder, JOB_FILE));
    await this.#disk.syncDirectory(folder);
    await this.#disk.removeDirectory(folder);
  }

  async saveEnded(uid: string, run: Run): Promise<void> {
    await writeFileDurably(this.#disk, join(this.#runs(uid), `${run.id}.json`), encode(run));
  }

  async removeEnded(uid: string, runId: string): Promise<void> {
    await this.#disk.unlink(join(this.#runs(uid), `${runId}.json`));
    await this.#disk.unlink(this.logPath(uid, runId));
  }

  logPath(uid: string, runId: string): string {
    return join(this.#runs(uid), `${runId}.log`);
  }

  async readState(uid: string): Promise<JsonValue | undefined> {
    return (await this.#read<{ value: JsonValue }>(join(this.#directory, uid, STATE_FILE), stateFile))?.value;
  }

  async writeState(uid: string, value: JsonValue): Promise<void> {
    await writeFileDurably(this.#disk, join(this.#directory, uid, STATE_FILE), encode({ value }));
  }

  #runs(uid: string): string {
    return join(this.#directory, uid, "runs");
  }

  /** Runs that have ended, oldest first. Logs of runs that nobody knows are removed. */
  async #loadRuns({ uid, live }: StoredJob): Promise<readonly Run[]> {
    const names = await this.#disk.list(this.#runs(uid));
    const ended: Run[] = [];
    for (const name of names.filter((one) => one.endsWith(".json"))) {
      const run = await this.#read<Run>(join(this.#runs(uid), name), runFile);
      if (run !== undefined) ended.push(run);
    }
    const known = new Set([...ended, ...live].map(({ id }) => `${id}.log`));
    for (const name of names.filter((one) => one.endsWith(".log") && !known.has(one))) {
      await this.#disk.unlink(join(this.#runs(uid), name));
    }
    return ended;
  }

  async #read<T>(path: string, schema: z.ZodType): Promise<T | undefined> {
    const bytes = await readFileWhole(this.#disk, path);
    if (bytes === undefined) return undefined;
    try {
      const { format: _, ...stored } = schema.parse(JSON.parse(String(bytes))) as T & { format: number };
      return stored as T;
    } catch (error) {
      const advice = "Restore this file from a backup, or move its folder away: then the job is gone";
      const message = `Job file ${path} cannot be used: ${reasonOf(error)}. ${advice}`;
      throw new LakehoseError("job-damaged", message, { cause: error });
    }
  }
}

export interface LoadedJob {
  readonly job: StoredJob;
  /** Oldest first. */
  readonly ended: readonly Run[];
}

const JOB_FILE = "job.json";
const STATE_FILE = "state.json";

const FORMAT = 1;

const run = z.looseObject({ id: z.string().min(1), job: z.string().min(1), state: z.string(), attempt: z.number() });
const runFile = run.extend({ format: z.literal(FORMAT) });
const stateFile = z.object({ format: z.literal(FORMAT), value: z.json() });
const jobFile = z.looseObject({
  format: z.literal(FORMAT),
  uid: z.string().regex(/^[0-9a-f]{32}$/),
  definition: z.looseObject({ name: z.string().min(1), kind: z.string(), triggers: z.array(z.looseObject({})) }),
  memory: z.record(z.string(), z.json()),
  live: z.array(run),
});

function encode(stored: object): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...stored })}\n`);
}
