import { isDeepStrictEqual } from "node:util";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { TableReference } from "../model/schema/table-reference.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { plannedCodes, withCode } from "./function-code.ts";
import type { StoredStream } from "./registry.ts";
import { type StreamSettings, settingsOf } from "./settings.ts";
import type { StreamDocument, TranslateDeclared } from "./streams.ts";

type Table = Pick<TableReference, "databaseName" | "tableName">;

/** What a follower asks of the service. */
export interface DefinitionFollowerHost {
  stored(): readonly StoredStream[];
  get(name: string): StoredStream | undefined;
  /** Runs in the stream's queue, behind the callers' backs. */
  behind(name: string, task: () => Promise<void>): void;
  /** Stores a stream whose deliveries are others, and has them take it over. */
  apply(stored: StoredStream, settings: StreamSettings): Promise<void>;
}

/**
 * Keeps the deliveries of streams at what they depend on and do not say themselves: the schemas of their tables (rule H6)
 * and the code of their functions (rule H5). Both are part of the definition that a delivery journals as a plan, so a change
 * takes effect at a position, and records before it keep the old columns and the old code. It is nobody's change of the
 * stream: the version id stays.
 *
 * Tables say when they change. Code is looked at once a second, and taken when two looks have seen the same: somebody who
 * puts files in place is not to be met half-way.
 *
 * What changes while a stream is being created or changed might be missed by both; so does each look once more afterwards.
 * A crash between a change and its streams is caught up with at the next start.
 */
export class DefinitionFollower {
  readonly #dependencies: FollowerDependencies;
  readonly #host: DefinitionFollowerHost;
  /** Streams that a look is due at. */
  readonly #due = new Set<string>();
  /** What the last look saw, by function. */
  #seen: ReadonlyMap<string, string | undefined> = new Map();
  readonly #stopping = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(dependencies: FollowerDependencies, host: DefinitionFollowerHost) {
    this.#dependencies = dependencies;
    this.#host = host;
  }

  /** What a stream declares, with the tables and the code that are there now. */
  async translate(...declared: Parameters<TranslateDeclared>): Promise<readonly DeliveryDefinition[]> {
    return withCode(await this.#dependencies.translate(...declared), (name) => this.#digestOf(name));
  }

  tableChanged(table: Table): void {
    for (const { document } of this.#host.stored()) {
      if (document.deliveries.some((one) => isSameTable(one.table, table))) this.look(document);
    }
  }

  /** Looks at the code of functions until it is stopped. */
  start(): void {
    this.#watching = this.#watchCode(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  /** Looks again, behind the caller's back, whether what a stream depends on is as it was. */
  look({ name, deliveries }: StreamDocument): void {
    const dependsOnNothing =
      deliveries.every(({ table }) => table === undefined) && plannedCodes(deliveries).length === 0;
    if (dependsOnNothing || this.#due.has(name)) return;
    this.#due.add(name);
    this.#host.behind(name, async () => {
      this.#due.delete(name);
      const stored = this.#host.get(name);
      if (stored?.document.status !== "ACTIVE" || stored.removing) return;
      const next = await this.current(stored);
      const { extensions, tags } = next.document;
      if (next !== stored) await this.#host.apply(next, settingsOf(extensions, tags));
    });
  }

  /** The stream with the schemas and the code that are there now; the same object when they are what they were. */
  async current(stored: StoredStream): Promise<StoredStream> {
    const { document } = stored;
    const { extensions, tags } = document;
    const hasTables = document.deliveries.some(({ table }) => table !== undefined);
    const deliveries = hasTables
      ? await this.translate(document, settingsOf(extensions, tags))
      : await withCode(document.deliveries, (name) => this.#digestOf(name));
    const same = isDeepStrictEqual(deliveries, document.deliveries);
    return same ? stored : { ...stored, document: { ...document, deliveries } };
  }

  async #watchCode(signal: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    while (!signal.aborted) {
      await clock.sleep(CODE_LOOK_INTERVAL_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#lookAtCode();
    }
  }

  async #lookAtCode(): Promise<void> {
    const active = this.#host.stored().filter(({ document, removing }) => document.status === "ACTIVE" && !removing);
    const planned = active.map(({ document }) => ({ document, codes: plannedCodes(document.deliveries) }));
    const names = new Set(planned.flatMap(({ codes }) => codes.map(({ functionName }) => functionName)));
    const digests = new Map(
      await Promise.all([...names].map(async (name) => [name, await this.#digestOf(name)] as const)),
    );
    for (const { document, codes } of planned) {
      const changed = codes.some(({ functionName: name, digest }) => {
        return digests.get(name) !== digest && this.#seen.has(name) && this.#seen.get(name) === digests.get(name);
      });
      if (changed) this.look(document);
    }
    this.#seen = digests;
  }

  /** Code that cannot be read is code that nobody knows: the call that needs it says why. */
  async #digestOf(functionName: string): Promise<string | undefined> {
    return this.#dependencies.codeDigest?.(functionName).catch(() => undefined);
  }
}

type FollowerDependencies = Pick<StreamDependencies, "translate" | "codeDigest" | "clock">;

/** With it a change of code is in force within two to three seconds, and looking costs next to nothing. */
const CODE_LOOK_INTERVAL_MS = 1000;

function isSameTable(one: Table | undefined, other: Table): boolean {
  const key = ({ databaseName, tableName }: Table) => JSON.stringify([databaseName, tableName]).toLowerCase();
  return one !== undefined && key(one) === key(other);
}
