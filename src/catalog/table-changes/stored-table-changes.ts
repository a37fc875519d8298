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
 * because a claim keeps other changes away. Settling is repeated until it succeeds, and every step of it may be done twice:
 * the log says what has to be done, and learns of it when all is done.
 */
export class StoredTableChanges implements TableChanges {
  readonly #options: StoredTableChangesOptions;
  readonly #history: ChangeHistory;
  readonly #files: ChangeFiles;
  readonly #views = new FileViews();
  readonly #turns = new Mutex();
  /** When a change that is settling was last changed, as views count. Absent: before this start. */
  readonly #changedAt = new Map<string, number>();
  readonly #stopping = new AbortController();
  #settling: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  /** What a crash has left open is abandoned. */
  static async open(options: StoredTableChangesOptions): Promise<StoredTableChanges> {
    const changes = new StoredTableChanges(options, await ChangeHistory.open(options.disk, options.directory));
    for (const { id, state } of [...changes.#history.changes.values()]) {
      if (state === "open") await changes.#append({ type: "abandon", id, at: options.clock.now() });
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

  isFree(object: ObjectName): boolean {
    return !this.#history.needs(nameText(object));
  }

  begin(plan: ChangePlan): Promise<TableChange> {
    return this.#turns.run(async () => {
      this.#check(plan);
      const id = this.#options.random.bytes(16).toString("hex");
      const { origin, replaces, graceMs = GRACE_MS } = plan;
      const adds = plan.adds.map((object) => (replaces.length === 0 ? object : hidden(object, id)));
      const begun = { id, origin, at: this.#options.clock.now(), graceMs, adds, replaces };
      await this.#record({ type: "begin", ...begun });
      this.#views.leaveOut(plan.adds);
      return {
        id,
        places: adds.map(placeOf),
        commit: () => this.#commit(id),
        abandon: () => this.#abandon(id),
      };
    });
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
    const count = adds.length + replaces.length;
    if (this.#history.names + count > NAMES_MAX) {
      const message = `${origin}: ${NAMES_MAX} files may be part of changes under way, this would be more. Try again when replaced files have been deleted`;
      throw new CatalogError("limit-exceeded", "table", message);
    }
    const taken = [...adds, ...replaces].find((object) => this.#history.needs(nameText(object)));
    if (taken !== undefined) {
      const message = `${origin}: ${taken.bucket}/${taken.key} is part of another change that is under way`;
      throw new CatalogError("conflict", "table", message);
    }
    const { parameters } = this.#options.catalog.table(table.databaseName, table.tableName)?.definition ?? {};
    if (replaces.length === 0 || parameters?.[READ_BY_LISTING] !== "true") return;
    const message = `${origin}: table ${table.databaseName}.${table.tableName} is read by listing (${READ_BY_LISTING}), whose readers would see old and new files together`;
    throw new CatalogError("invalid", "table", message);
  }

  async #commit(id: string): Promise<void> {
    const change = this.#history.changes.get(id);
    if (change?.state !== "open") throw notOpen(id);
    try {
      const objects = await this.#files.put(change);
      await this.#files.checkReplaced(change);
      await this.#append({ type: "commit", id, at: this.#options.clock.now(), objects });
    } catch (error) {
      // A line that took effect although it failed is a commit.
      if (this.#history.changes.get(id)?.state !== "open") return;
      await this.#abandon(id).catch(() => undefined);
      throw error;
    }
    void this.settle();
  }

  async #abandon(id: string): Promise<void> {
    if (this.#history.changes.get(id)?.state !== "open") return;
    await this.#append({ type: "abandon", id, at: this.#options.clock.now() });
    await this.settle();
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
      if (!this.#history.changes.has(record.id)) this.#changedAt.delete(record.id);
    }
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
    const { id, state, decidedAt = 0, graceMs } = change;
    const now = this.#options.clock.now();
    if (state === "abandoned") {
      await this.#files.removePlaces(change);
      // A write that nobody waits for any more may still take effect, minutes later.
      if (now - decidedAt >= LATE_WRITES_MS) await this.#append({ type: "close", id });
    } else if (state === "committed" && now - decidedAt >= graceMs && this.#nobodyReads(id)) {
      await this.#files.publish(change, this.#stopping.signal);
      await this.#append({ type: "publish", id });
      if (this.#nobodyReads(id)) await this.#close(change);
    } else if (state === "published" && this.#nobodyReads(id)) await this.#close(change);
  }

  async #close(change: HeldChange): Promise<void> {
    await this.#files.removePlaces(change);
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

function notOpen(id: string): CatalogError {
  return new CatalogError("conflict", "table", `Change ${id} has been committed or abandoned already`);
}
