import { join } from "node:path";
import { z } from "zod";
import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import type { Random } from "../../std/random.ts";
import { QueryError } from "../query-error.ts";
import { RecordFiles } from "../record-files.ts";
import { drawId } from "./execution-id.ts";

const savedQuery = z.object({
  id: z.string().min(1),
  name: z.string(),
  description: z.string().optional(),
  database: z.string(),
  sql: z.string(),
  workGroup: z.string(),
  /** Who saved it under which token: the same again is not saved again. */
  token: z.string().optional(),
});

/** A statement that somebody keeps under a name. */
export type SavedQuery = Readonly<z.infer<typeof savedQuery>>;

/** Each may be a quarter of a megabyte, and all are held in memory. */
const SAVED_QUERIES_MAX = 1_000;

export interface SavedQueriesOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly directory: string;
}

/** Statements that are kept, by their ids. What a call resolves with is durable. */
export class SavedQueries {
  readonly #random: Random;
  readonly #files: RecordFiles<SavedQuery>;
  readonly #queries = new Map<string, SavedQuery>();
  readonly #changes = new Mutex();

  static async open(options: SavedQueriesOptions): Promise<SavedQueries> {
    const saved = new SavedQueries(options);
    for (const query of await saved.#files.load()) saved.#queries.set(query.id, query);
    return saved;
  }

  private constructor({ disk, directory, random }: SavedQueriesOptions) {
    this.#random = random;
    this.#files = new RecordFiles({ disk, directory: join(directory, "saved-queries"), schema: savedQuery });
  }

  /** Of one work group, in the order of their ids. */
  list(workGroup: string): readonly SavedQuery[] {
    const ids = [...this.#queries.keys()].sort();
    return ids.map((id) => this.get(id)).filter((query) => query?.workGroup === workGroup) as SavedQuery[];
  }

  get(id: string): SavedQuery | undefined {
    return this.#queries.get(id);
  }

  create(query: Omit<SavedQuery, "id">): Promise<SavedQuery> {
    return this.#changes.run(() => this.#create(query));
  }

  delete(id: string): Promise<void> {
    return this.#changes.run(async () => {
      if (!this.#queries.has(id)) return;
      await this.#files.remove(id);
      this.#queries.delete(id);
    });
  }

  async #create(query: Omit<SavedQuery, "id">): Promise<SavedQuery> {
    const { token } = query;
    const before = token === undefined ? undefined : [...this.#queries.values()].find((one) => one.token === token);
    if (before !== undefined) return before;
    if (this.#queries.size >= SAVED_QUERIES_MAX) {
      const message = `There are ${SAVED_QUERIES_MAX} saved queries, the most allowed: delete one first`;
      throw new QueryError("limit-exceeded", message);
    }
    const saved = { ...query, id: drawId(this.#random) };
    await this.#files.save(saved.id, saved);
    this.#queries.set(saved.id, saved);
    return saved;
  }
}
