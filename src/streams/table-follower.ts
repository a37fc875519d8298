import { isDeepStrictEqual } from "node:util";
import type { TableReference } from "../model/schema/table-reference.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import { type StreamSettings, settingsOf } from "./settings.ts";
import type { StreamDocument } from "./streams.ts";

type Table = Pick<TableReference, "databaseName" | "tableName">;

/** What a follower asks of the service. */
export interface TableFollowerHost {
  stored(): readonly StoredStream[];
  get(name: string): StoredStream | undefined;
  /** Runs in the stream's queue, behind the callers' backs. */
  behind(name: string, task: () => Promise<void>): void;
  /** Stores a stream whose deliveries are others, and has them take it over. */
  apply(stored: StoredStream, settings: StreamSettings): Promise<void>;
}

/**
 * Keeps the deliveries of streams at the schemas that their tables have. The schema is part of the definition that a
 * delivery journals as a plan, so a change takes effect at a position, and records before it keep the old columns (rule
 * H6). It is nobody's change of the stream: the version id stays.
 *
 * A table that changes while a stream is being created or changed might be missed by both; so does each look once more
 * afterwards. A crash between the table and its streams is caught up with at the next start.
 */
export class TableFollower {
  readonly #dependencies: Pick<StreamDependencies, "translate">;
  readonly #host: TableFollowerHost;

  constructor(dependencies: Pick<StreamDependencies, "translate">, host: TableFollowerHost) {
    this.#dependencies = dependencies;
    this.#host = host;
  }

  changed(table: Table): void {
    for (const { document } of this.#host.stored()) {
      if (document.deliveries.some((one) => isSameTable(one.table, table))) this.look(document);
    }
  }

  /** Looks again, behind the caller's back, whether the tables of a stream are as they were. */
  look({ name, deliveries }: StreamDocument): void {
    if (deliveries.every(({ table }) => table === undefined)) return;
    this.#host.behind(name, async () => {
      const stored = this.#host.get(name);
      if (stored?.document.status !== "ACTIVE" || stored.removing) return;
      const next = await this.current(stored);
      const { extensions, tags } = next.document;
      if (next !== stored) await this.#host.apply(next, settingsOf(extensions, tags));
    });
  }

  /** The stream with the schemas that its tables have now; the same object when they are what they were. */
  async current(stored: StoredStream): Promise<StoredStream> {
    const { document } = stored;
    if (document.deliveries.every(({ table }) => table === undefined)) return stored;
    const deliveries = await this.#dependencies.translate(document, settingsOf(document.extensions, document.tags));
    const same = isDeepStrictEqual(deliveries, document.deliveries);
    return same ? stored : { ...stored, document: { ...document, deliveries } };
  }
}

function isSameTable(one: Table | undefined, other: Table): boolean {
  const key = ({ databaseName, tableName }: Table) => JSON.stringify([databaseName, tableName]).toLowerCase();
  return one !== undefined && key(one) === key(other);
}
