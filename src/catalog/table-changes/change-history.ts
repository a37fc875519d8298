import type { Disk } from "../../std/disk.ts";
import { ChangeLog } from "../change-log.ts";
import { applyRecord, type ChangeRecord, type HeldChange, nameText, placeOf, recordsOf } from "./change-records.ts";

/** The changes that are not closed, and their log. Appends come one after another. */
export class ChangeHistory {
  readonly #disk: Disk;
  readonly #directory: string;
  #held = new HeldChanges();
  /** Absent after a failure that left it in doubt. */
  #log: ChangeLog | undefined;
  #bytesWhenNew = 0;

  static async open(disk: Disk, directory: string): Promise<ChangeHistory> {
    const history = new ChangeHistory(disk, directory);
    await history.#load();
    return history;
  }

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  get changes(): ReadonlyMap<string, HeldChange> {
    return this.#held.changes;
  }

  /** How many names are part of changes; an object that is hidden first has two. */
  get names(): number {
    return this.#held.names.size;
  }

  needs(name: string): boolean {
    return this.#held.names.has(name);
  }

  /** Resolves once `changes` says what is on disk; rejects while the log cannot be read. */
  async ready(): Promise<void> {
    if (this.#log === undefined) await this.#load();
  }

  /**
   * After a rejection the log has been read again: `changes` says whether the record is in force. Where the disk does not even
   * let it be read, `changes` stays as it was, and the next append tries again.
   */
  async append(record: ChangeRecord): Promise<void> {
    const log = this.#log ?? (await this.#load());
    try {
      await this.#startAnew(log);
      await log.append(record);
      this.#held.apply(record);
    } catch (error) {
      this.#log = undefined;
      await this.#load().catch(() => undefined);
      throw error;
    }
  }

  async #startAnew(log: ChangeLog): Promise<void> {
    if (log.bytes <= GROWTH_FACTOR * this.#bytesWhenNew + GROWTH_SLACK_BYTES) return;
    await log.rewrite(recordsOf(this.changes.values()), () => undefined);
    this.#bytesWhenNew = log.bytes;
  }

  async #load(): Promise<ChangeLog> {
    const held = new HeldChanges();
    this.#log = await ChangeLog.open(this.#disk, this.#directory, (record) => held.apply(record as ChangeRecord));
    this.#held = held;
    return this.#log;
  }
}

class HeldChanges {
  readonly changes = new Map<string, HeldChange>();
  /** Names of all that is part of a change. A name is part of one change only. */
  readonly names = new Set<string>();

  apply(record: ChangeRecord): void {
    const before = this.changes.get(record.id);
    applyRecord(this.changes, record);
    const after = this.changes.get(record.id);
    if (after === undefined) for (const name of namesOf(before)) this.names.delete(name);
    else if (before === undefined) for (const name of namesOf(after)) this.names.add(name);
  }
}

/** A log is written anew when it is this much larger than it was after the last time. */
const GROWTH_FACTOR = 2;
const GROWTH_SLACK_BYTES = 1024 * 1024;

function namesOf(change: HeldChange | undefined): readonly string[] {
  if (change === undefined) return [];
  const { adds, replaces } = change;
  return [...adds, ...adds.map(placeOf), ...replaces].map(nameText);
}
