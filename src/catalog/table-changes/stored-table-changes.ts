import { reasonOf } from "../../model/errors.ts";
import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Catalog } from "../catalog.ts";
import { CatalogError } from "../catalog-error.ts";
import { ChangeFiles, type ChangeFilesOptions } from "./change-files.ts";
import { ChangeHistory } from "./change-history.ts";
import { type AddedObject, type ChangeRecord, type HeldChange, nameText, placeOf } from "./change-records.ts";
import { FileViews } from "./file-views.ts";
import type { ChangePlan, FileView, ObjectName, TableChange, TableChanges } from "./table-changes.ts";

export interface StoredTableChangesOptions extends ChangeFilesOptions {
  readonly disk: Disk;
  /** Absolute; made at the first change. */
  readonly directory: string;
  readonly catalog: Pick<Catalog, "table">;
  readonly telemetry: Telemetry;
}

/** What a table says that is read by others through listings alone: files must not be replaced there. */
export const READ_BY_LISTING = "lakehose.read-by-listing";

/**
 * The changes of a data folder.
 *
 * Which file belongs to which change is decided under one mutex; files are written, checked and deleted outside of it,
 * because a claim keeps other changes away. Commit and abandon exclude each other: the first line counts. Settling is
 * repeated until it succeeds, and every step of it may be done twice: the log says what has to be done, and learns of it
 * when all is done. An open change that nobody works on any more, because a crash or a full disk came in between, is
 * abandoned by it.
 *
 * Times are told by the monotonic clock; for what was decided before this start the wall clock has to do.
 */
export class StoredTableChanges implements TableChanges {
  readonly #options: StoredTableChangesOptions;
  readonly #history: ChangeHistory;
  readonly #files: ChangeFiles;
  readonly #views = new FileViews();
  readonly #turns = new Mutex();
  /** When a change that is settling was last changed, as views count. Absent: before this start. */
  readonly #changedAt = new Map<string, number>();
  /** When a change was committed or abandoned. Monotonic; reckoned back for what was decided before this start. */
  readonly #decidedAt = new Map<string, number>();
  /** Open changes whose makers are still at it. */
  readonly #worked = new Set<string>();
  /** Names of changes that are about to begin. */
  readonly #claimed = new Set<string>();
  readonly #stopping = new AbortController();
  #settling: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  /** What a crash has left open is abandoned. */
  static async open(options: StoredTableChangesOptions): Promise<StoredTableChanges> {
    const changes = new StoredTableChanges(options, await ChangeHistory.open(options.disk, options.directory));
    for (const { id, state } of [...changes.#history.changes.values()]) {
      if (state === "open") await changes.#decide({ type: "abandon", id, at: options.clock.now() });
    }
    changes.#running = changes.#run();
    return changes;
  }

  private constructor(options: StoredTableChangesOptions, history: ChangeHistory) {
    this.#options = options;
    this.#history = history;
    this.#files = new ChangeFiles(options);
  }

  view(): FileView {
    return this.#views.take(this.#history.changes.values());
  }

  /** For files that go without any that come, such as those that expire. See `FileViews`. */
  withoutReaders<T>(objects: readonly ObjectName[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#views.withoutReaders(objects, signal, work);
  }

  isFree(object: ObjectName): boolean {
    return !this.#history.needs(nameText(object));
  }

  async begin(plan: ChangePlan): Promise<TableChange> {
    this.#check(plan);
    const claims = [...plan.adds, ...plan.replaces].map(nameText);
    for (const claim of claims) this.#claimed.add(claim);
    try {
      await this.#files.checkAbsent(plan);
      return await this.#turns.run(() => this.#begin(plan));
    } finally {
      for (const claim of claims) this.#claimed.delete(claim);
    }
  }

  /** Goes on with everything that is decided and due. Resolves when nothing more can be done now. */
  settle(): Promise<void> {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async close(): Promise<void> {
    this.#stopping.abort(new CatalogError("conflict", "table", "The server is shutting down"));
    await this.#running;
    await this.#settling;
    await this.#turns.run(async () => undefined);
  }

  #check({ adds, replaces, origin, table }: ChangePlan): void {
    const all = [...adds, ...replaces];
    if (this.#history.names + this.#claimed.size + all.length > NAMES_MAX) {
      const message = `${origin}: ${NAMES_MAX} files may be part of changes under way, this would be more. Try again when replaced files have been deleted`;
      throw new CatalogError("limit-exceeded", "table", message);
    }
    const taken = all.find((object) => this.#history.needs(nameText(object)) || this.#claimed.has(nameText(object)));
    if (taken !== undefined) {
      const message = `${origin}: ${taken.bucket}/${taken.key} is part of another change that is under way`;
      throw new CatalogError("conflict", "table", message);
    }
    const names = new Set<string>();
    for (const object of all) {
      const message = `${origin}: expected each file once in a change, got ${object.bucket}/${object.key} twice`;
      if (names.has(nameText(object))) throw new CatalogError("invalid", "table", message);
      names.add(nameText(object));
    }
    const { parameters } = this.#options.catalog.table(table.databaseName, table.tableName)?.definition ?? {};
    if (replaces.length === 0 || parameters?.[READ_BY_LISTING] !== "true") return;
    const message = `${origin}: table ${table.databaseName}.${table.tableName} is read by listing (${READ_BY_LISTING}), whose readers would see old and new files together`;
    throw new CatalogError("invalid", "table", message);
  }

  async #begin(plan: ChangePlan): Promise<TableChange> {
    const id = this.#options.random.bytes(16).toString("hex");
    const { origin, replaces, graceMs = GRACE_MS } = plan;
    const adds = plan.adds.map((object) => (replaces.length === 0 ? object : hidden(object, id)));
    this.#worked.add(id);
    try {
      await this.#record({ type: "begin", id, origin, at: this.#options.clock.now(), graceMs, adds, replaces });
    } catch (error) {
      this.#worked.delete(id);
      throw error;
    }
    this.#views.leaveOut(plan.adds);
    return {
      id,
      places: adds.map(placeOf),
      commit: () => this.#commit(id).finally(() => this.#worked.delete(id)),
      abandon: () => this.#abandon(id).finally(() => this.#worked.delete(id)),
    };
  }

  async #commit(id: string): Promise<void> {
    const change = this.#requireOpen(id);
    try {
      const objects = await this.#files.put(change);
      await this.#files.checkReplaced(change);
      await this.#decide({ type: "commit", id, at: this.#options.clock.now(), objects });
    } catch (error) {
      await this.#abandon(id).catch(() => undefined);
      throw error;
    }
    void this.settle();
  }

  async #abandon(id: string): Promise<void> {
    const change = this.#history.changes.get(id);
    if (change?.state !== "open") return;
    await this.#decide({ type: "abandon", id, at: this.#options.clock.now() });
    // What cannot be deleted now is deleted when changes are settled.
    await this.#files.removePlaces(change, this.#stopping.signal).catch(() => undefined);
  }

  /** Resolves once the line is in force. Rejects when the change was decided before, and when it is not in force. */
  #decide(record: ChangeRecord & { readonly type: "commit" | "abandon" }): Promise<void> {
    return this.#turns.run(async () => {
      await this.#history.ready();
      this.#requireOpen(record.id);
      try {
        await this.#record(record);
      } catch (error) {
        await this.#history.ready().catch(() => undefined);
        // A line that took effect although it failed is one.
        if (this.#history.changes.get(record.id)?.state === "open") throw error;
      }
    });
  }

  #requireOpen(id: string): HeldChange {
    const change = this.#history.changes.get(id);
    if (change?.state === "open") return change;
    throw new CatalogError("conflict", "table", `Change ${id} has been committed or abandoned already`);
  }

  #append(record: ChangeRecord): Promise<void> {
    return this.#turns.run(() => this.#record(record));
  }

  async #record(record: ChangeRecord): Promise<void> {
    try {
      await this.#history.append(record);
    } finally {
      // Also after a failure: it may have taken effect.
      this.#changedAt.set(record.id, this.#views.changed());
      if (record.type === "commit" || record.type === "abandon") {
        this.#decidedAt.set(record.id, this.#options.clock.monotonic());
      }
      if (!this.#history.changes.has(record.id)) this.#forget(record.id);
    }
  }

  #forget(id: string): void {
    this.#changedAt.delete(id);
    this.#decidedAt.delete(id);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.settle();
      await clock.sleep(SETTLE_EVERY_MS, signal).catch(() => undefined);
    }
  }

  async #settleAll(): Promise<void> {
    for (const change of [...this.#history.changes.values()]) {
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#settleOne(change);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        const { id, origin } = change;
        this.#options.telemetry.emit("catalog.changeUnsettled", { change: id, origin, message: reasonOf(error) });
      }
    }
  }

  async #settleOne(change: HeldChange): Promise<void> {
    const { id, state, graceMs } = change;
    const { signal } = this.#stopping;
    if (state === "open" && !this.#worked.has(id)) await this.#abandon(id);
    else if (state === "abandoned") {
      await this.#files.removePlaces(change, signal);
      // A write that nobody waits for any more may still take effect, minutes later.
      if (this.#sinceDecidedMs(change) >= LATE_WRITES_MS) await this.#append({ type: "close", id });
    } else if (state === "committed" && this.#sinceDecidedMs(change) >= graceMs && this.#nobodyReads(id)) {
      await this.#files.publish(change, signal);
      await this.#append({ type: "publish", id });
      if (this.#nobodyReads(id)) await this.#close(change);
    } else if (state === "published" && this.#nobodyReads(id)) await this.#close(change);
  }

  #sinceDecidedMs({ id, decidedAt = 0 }: HeldChange): number {
    const { clock } = this.#options;
    const monotonic = clock.monotonic();
    const known = this.#decidedAt.get(id) ?? monotonic - Math.max(0, clock.now() - decidedAt);
    this.#decidedAt.set(id, known);
    return monotonic - known;
  }

  async #close(change: HeldChange): Promise<void> {
    await this.#files.removePlaces(change, this.#stopping.signal);
    await this.#append({ type: "close", id: change.id });
  }

  #nobodyReads(id: string): boolean {
    return this.#views.allSince(this.#changedAt.get(id) ?? 0);
  }
}

/**
 * How long replaced files stay for readers that had listed them before: longer than most queries elsewhere, and far longer
 * than a write that timed out can take to arrive.
 */
const GRACE_MS = 60 * 60_000;

/** How long an abandoned write may take to arrive; S3 answers or forgets within minutes. */
const LATE_WRITES_MS = 15 * 60_000;

const SETTLE_EVERY_MS = 30_000;

/** Names in memory and in the log: some 50 MB. */
const NAMES_MAX = 200_000;

/** A key that listings leave out, in the folder of the visible one. */
function hidden({ bucket, key }: ObjectName, id: string): AddedObject {
  const at = key.lastIndexOf("/") + 1;
  return { bucket, key, hiddenKey: `${key.slice(0, at)}_lakehose/${id}/${key.slice(at)}` };
}
