import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import { LifecycleFiles } from "./lifecycle-files.ts";
import { checkRules, type LifecycleRule } from "./lifecycle-rule.ts";

export interface LifecycleRulesOptions {
  readonly disk: Disk;
  readonly dataDirectory: string;
  /** What the configuration says, by bucket. */
  readonly configured: ReadonlyMap<string, readonly LifecycleRule[]>;
  /** Stored rules were made for a bucket of the local lake, and say nothing of another store's bucket of the same name. */
  readonly isLocal: (bucket: string) => boolean;
}

/** The rules of each bucket: those of the configuration, and those that were put through the S3 door, which are durable. */
export class LifecycleRules {
  readonly #options: LifecycleRulesOptions;
  readonly #files: LifecycleFiles;
  readonly #stored: Map<string, readonly LifecycleRule[]>;
  readonly #changes = new Mutex();

  static async open(options: LifecycleRulesOptions): Promise<LifecycleRules> {
    const files = new LifecycleFiles(options.disk, options.dataDirectory);
    return new LifecycleRules(options, files, new Map(await files.loadRules()));
  }

  private constructor(
    options: LifecycleRulesOptions,
    files: LifecycleFiles,
    stored: Map<string, readonly LifecycleRule[]>,
  ) {
    this.#options = options;
    this.#files = files;
    this.#stored = stored;
  }

  /** Those that were put; `undefined` where there are none. */
  get(bucket: string): readonly LifecycleRule[] | undefined {
    return this.#stored.get(bucket);
  }

  /** Replaces what was put before, as a whole. Durable when it resolves. */
  put(bucket: string, rules: readonly LifecycleRule[]): Promise<void> {
    checkRules(rules);
    return this.#changes.run(async () => {
      await this.#files.saveRules(bucket, rules);
      this.#stored.set(bucket, rules);
    });
  }

  /** Forgets what was put, also because the bucket is gone: another of its name begins without rules. */
  remove(bucket: string): Promise<void> {
    return this.#changes.run(async () => {
      if (!this.#stored.has(bucket)) return;
      await this.#files.removeRules(bucket);
      this.#stored.delete(bucket);
    });
  }

  /** In name order. */
  buckets(): readonly string[] {
    const names = new Set([...this.#options.configured.keys(), ...this.#stored.keys()]);
    return [...names].filter((bucket) => this.inForce(bucket).length > 0).sort();
  }

  /** What a run goes by. */
  inForce(bucket: string): readonly LifecycleRule[] {
    const stored = this.#options.isLocal(bucket) ? (this.#stored.get(bucket) ?? []) : [];
    return [...(this.#options.configured.get(bucket) ?? []), ...stored].filter(({ enabled }) => enabled);
  }
}
