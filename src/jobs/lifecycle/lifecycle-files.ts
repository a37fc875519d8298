import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { TRANSITION_CLASSES } from "../../model/storage-class.ts";
import type { Disk } from "../../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { LifecycleError } from "./lifecycle-error.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

/**
 * Rules and progress on disk, each file replaced whole and durably:
 *
 *     meta/lifecycle/BUCKET.json      the rules of a bucket, under a hash of its name
 *     meta/lifecycle/progress.json    how far the daily run has come
 *
 * Names of buckets are inside the files: they may be as long as the name of a file.
 */
export class LifecycleFiles {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, dataDirectory: string) {
    this.#disk = disk;
    this.#directory = join(dataDirectory, "meta", "lifecycle");
  }

  async loadRules(): Promise<ReadonlyMap<string, readonly LifecycleRule[]>> {
    await this.#disk.makeDirectory(this.#directory);
    const found = new Map<string, readonly LifecycleRule[]>();
    for (const name of await this.#disk.list(this.#directory)) {
      if (!RULES_PATTERN.test(name)) continue;
      const { bucket, rules } = await this.#read(join(this.#directory, name), rulesFile);
      found.set(bucket, rules);
    }
    return found;
  }

  async saveRules(bucket: string, rules: readonly LifecycleRule[]): Promise<void> {
    await this.#write(this.#rulesPath(bucket), { bucket, rules });
  }

  async removeRules(bucket: string): Promise<void> {
    await this.#disk.unlink(this.#rulesPath(bucket));
    await this.#disk.syncDirectory(this.#directory);
  }

  /** `undefined` before the first run. */
  async loadProgress(): Promise<LifecycleProgress | undefined> {
    const path = this.#progressPath;
    return (await this.#disk.stat(path)) === undefined ? undefined : this.#read(path, progressFile);
  }

  async saveProgress(progress: LifecycleProgress): Promise<void> {
    await this.#write(this.#progressPath, progress);
  }

  get #progressPath(): string {
    return join(this.#directory, "progress.json");
  }

  #rulesPath(bucket: string): string {
    return join(this.#directory, `${createHash("sha256").update(bucket).digest("hex")}.json`);
  }

  async #write(path: string, content: object): Promise<void> {
    await writeFileDurably(this.#disk, path, Buffer.from(`${JSON.stringify({ format: FORMAT, ...content })}\n`));
  }

  async #read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    try {
      return schema.parse(JSON.parse(String(await readFileWhole(this.#disk, path))));
    } catch (error) {
      const advice = "Restore this file from a backup, or move it away: then it counts as never written";
      throw new LifecycleError("damaged", `Lifecycle file ${path} cannot be used: ${reasonOf(error)}. ${advice}`, {
        cause: error,
      });
    }
  }
}

/** How far the daily run has come. */
export interface LifecycleProgress {
  /** The instant that the last whole run was due at. */
  readonly finishedRunAt?: number | undefined;
  /** A run under way: buckets before this one are done, and in this one the keys up to and with `after`. */
  readonly current?: { readonly runAt: number; readonly bucket: string; readonly after: string } | undefined;
}

const FORMAT = 1;
const RULES_PATTERN = /^[0-9a-f]{64}\.json$/;

const ruleTime = z.union([z.strictObject({ days: z.int() }), z.strictObject({ atMs: z.number() })]);

const ruleSchema = z.strictObject({
  id: z.string(),
  enabled: z.boolean(),
  filter: z.strictObject({
    prefix: z.string(),
    tags: z.record(z.string(), z.string()),
    largerThanBytes: z.int().optional(),
    smallerThanBytes: z.int().optional(),
  }),
  expiration: ruleTime.optional(),
  transitions: z.array(z.strictObject({ due: ruleTime, storageClass: z.enum(TRANSITION_CLASSES) })),
  abortUploadsAfterDays: z.int().optional(),
});

const rulesFile = z.object({
  format: z.literal(FORMAT),
  bucket: z.string().min(1),
  rules: z.array(ruleSchema),
});

const progressFile = z.object({
  format: z.literal(FORMAT),
  finishedRunAt: z.number().optional(),
  current: z.object({ runAt: z.number(), bucket: z.string(), after: z.string() }).optional(),
});
