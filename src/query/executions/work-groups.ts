import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import { PRIMARY } from "../primary-work-group.ts";
import { QueryError } from "../query-error.ts";
import { RecordFiles } from "../record-files.ts";
import { resultFolder, resultSettings } from "./result-settings.ts";

/** Who asks for results belongs to a work group, which says where they go. */
const workGroup = z.object({
  name: z.string().min(1),
  description: z.string().optional(),
  /** One that is not enabled takes no statements. */
  enabled: z.boolean(),
  /** Its settings count, whatever an execution asks for. */
  enforced: z.boolean(),
  results: resultSettings,
  /** Said by those who made it, and kept for them under the names that they have for it. */
  hints: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  tags: z.record(z.string(), z.string()),
  createdAt: z.number(),
});

export type WorkGroup = Readonly<z.infer<typeof workGroup>>;

/** Work groups of an account (Athena quotas). */
const WORK_GROUPS_MAX = 1_000;

export interface WorkGroupsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  /** Where results of `primary` go until somebody says otherwise. */
  readonly primaryLocation?: string | undefined;
}

/** Work groups by their names. What a call resolves with is durable; `primary` is stored once it has been changed. */
export class WorkGroups {
  readonly #options: WorkGroupsOptions;
  readonly #files: RecordFiles<WorkGroup>;
  readonly #groups = new Map<string, WorkGroup>();
  readonly #changes = new Mutex();

  static async open(options: WorkGroupsOptions): Promise<WorkGroups> {
    const groups = new WorkGroups(options);
    for (const group of await groups.#files.load()) groups.#groups.set(group.name, group);
    return groups;
  }

  private constructor(options: WorkGroupsOptions) {
    this.#options = options;
    const { disk, directory, clock, primaryLocation } = options;
    this.#files = new RecordFiles({ disk, directory: join(directory, "work-groups"), schema: workGroup });
    this.#groups.set(PRIMARY, {
      name: PRIMARY,
      enabled: true,
      enforced: false,
      results: primaryLocation === undefined ? {} : { location: primaryLocation },
      hints: {},
      tags: {},
      createdAt: clock.now(),
    });
  }

  /** In name order. */
  list(): readonly WorkGroup[] {
    return [...this.#groups.keys()].sort().map((name) => this.get(name));
  }

  get(name: string): WorkGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw new QueryError("not-found", `WorkGroup ${name} is not found.`);
    return group;
  }

  create(group: Omit<WorkGroup, "createdAt">): Promise<void> {
    return this.#changes.run(async () => {
      if (this.#groups.has(group.name)) throw new QueryError("already-exists", "WorkGroup is already created");
      if (this.#groups.size >= WORK_GROUPS_MAX) {
        const message = `There are ${WORK_GROUPS_MAX} work groups, the most allowed: delete one first`;
        throw new QueryError("limit-exceeded", message);
      }
      await this.#save({ ...group, createdAt: this.#options.clock.now() });
    });
  }

  /** `change` makes the new work group of the present one; the name stays. */
  update(name: string, change: (present: WorkGroup) => WorkGroup): Promise<void> {
    return this.#changes.run(() => this.#save({ ...change(this.get(name)), name }));
  }

  delete(name: string): Promise<void> {
    return this.#changes.run(async () => {
      if (name === PRIMARY) throw new QueryError("data", `WorkGroup ${PRIMARY} cannot be deleted`);
      this.get(name);
      await this.#files.remove(fileName(name));
      this.#groups.delete(name);
    });
  }

  async #save(group: WorkGroup): Promise<void> {
    const { location } = group.results;
    if (location !== undefined) resultFolder(location);
    await this.#files.save(fileName(group.name), group);
    this.#groups.set(group.name, group);
  }
}

/** Names may differ in letter case alone, which not every file system tells apart. */
function fileName(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
