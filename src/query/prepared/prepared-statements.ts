import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import { QueryError } from "../query-error.ts";
import { RecordFiles } from "../record-files.ts";

const preparedStatement = z.object({
  name: z.string().min(1),
  workGroup: z.string(),
  description: z.string().optional(),
  /** With a question mark for each value that comes later. */
  sql: z.string(),
  changedAt: z.number(),
});

/** A statement under a name of its work group, which EXECUTE runs with values. */
export type PreparedStatement = Readonly<z.infer<typeof preparedStatement>>;

/** Of one work group (Athena quotas). */
const PREPARED_STATEMENTS_MAX = 1_000;

export interface PreparedStatementsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
}

/** Prepared statements by work group and name. What a call resolves with is durable. */
export class PreparedStatements {
  readonly #clock: Clock;
  readonly #files: RecordFiles<PreparedStatement>;
  /** By their files. */
  readonly #statements = new Map<string, PreparedStatement>();
  readonly #changes = new Mutex();

  static async open(options: PreparedStatementsOptions): Promise<PreparedStatements> {
    const prepared = new PreparedStatements(options);
    for (const statement of await prepared.#files.load()) prepared.#statements.set(fileName(statement), statement);
    return prepared;
  }

  private constructor({ disk, clock, directory }: PreparedStatementsOptions) {
    this.#clock = clock;
    const records = { disk, directory: join(directory, "prepared-statements"), schema: preparedStatement };
    this.#files = new RecordFiles(records);
  }

  /** Of one work group, in name order. */
  list(workGroup: string): readonly PreparedStatement[] {
    const found = [...this.#statements.values()].filter((statement) => statement.workGroup === workGroup);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws `not-found`. */
  get(workGroup: string, name: string): PreparedStatement {
    const statement = this.#statements.get(fileName({ workGroup, name }));
    if (statement !== undefined) return statement;
    throw new QueryError("not-found", `PreparedStatement ${name} does not exist in workGroup ${workGroup}`);
  }

  create(statement: Omit<PreparedStatement, "changedAt">): Promise<void> {
    return this.#changes.run(async () => {
      const { workGroup, name } = statement;
      if (this.#statements.has(fileName(statement))) {
        const message = `PreparedStatement ${name} already exists in workGroup ${workGroup}`;
        throw new QueryError("already-exists", message);
      }
      if (this.list(workGroup).length >= PREPARED_STATEMENTS_MAX) {
        const message = `WorkGroup ${workGroup} has ${PREPARED_STATEMENTS_MAX} prepared statements, the most allowed: delete one first`;
        throw new QueryError("limit-exceeded", message);
      }
      await this.#save(statement);
    });
  }

  update(statement: Omit<PreparedStatement, "changedAt">): Promise<void> {
    return this.#changes.run(async () => {
      this.get(statement.workGroup, statement.name);
      await this.#save(statement);
    });
  }

  delete(workGroup: string, name: string): Promise<void> {
    return this.#changes.run(async () => {
      const file = fileName(this.get(workGroup, name));
      await this.#files.remove(file);
      this.#statements.delete(file);
    });
  }

  async #save(statement: Omit<PreparedStatement, "changedAt">): Promise<void> {
    const changed = { ...statement, changedAt: this.#clock.now() };
    await this.#files.save(fileName(changed), changed);
    this.#statements.set(fileName(changed), changed);
  }
}

/** Names may differ in letter case alone, which not every file system tells apart. */
function fileName({ workGroup, name }: Pick<PreparedStatement, "workGroup" | "name">): string {
  return createHash("sha256")
    .update(JSON.stringify([workGroup, name]))
    .digest("hex")
    .slice(0, 32);
}
