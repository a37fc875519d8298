import type { ObjectInfo } from "../../storage/object-store.ts";

/**
 * Files of tables that come and go together: a compaction, an INSERT. Readers of the catalog (SQL, jobs, the crawler) see
 * all of a change or nothing of it (rules H60, H61 of docs/internals/guarantees.md).
 *
 *     begin   durable before the first object is written: what will come, what it replaces
 *     put     the writer puts each object at the place that it was given
 *     commit  one durable line: from now on readers see the new files, and those that they replace no more
 *     settle  after a grace period, for readers that only list folders: the new files get their visible names, the old ones
 *             are deleted; afterwards the folder alone says what the table holds
 *
 * What a listing shows is the table, but for what this room says: it holds changes under way and nothing else, so it stays
 * small however many files a lake has, and files that others write count as soon as they are there.
 */
export interface TableChanges {
  /** What a reader sees that begins now. Held until it is released: what it may still read is not deleted. */
  view(): FileView;
  /**
   * Rejects with a `CatalogError`: `conflict` where one of the files is part of another change or lies there already, `invalid` where the table is
   * marked as read by listing and the change replaces files, `limit-exceeded` where too much is under way.
   */
  begin(plan: ChangePlan): Promise<TableChange>;
  /** False while a change needs the object: whoever wants to delete or rewrite it has to wait. */
  isFree(object: ObjectName): boolean;
}

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

export interface ReplacedObject extends ObjectName {
  /** As it was when it was read. */
  readonly etag: string;
}

export interface ChangePlan {
  /** For people: which job, or `INSERT`. */
  readonly origin: string;
  readonly table: { readonly databaseName: string; readonly tableName: string };
  /** Names that nobody else uses; they should hold something random. */
  readonly adds: readonly ObjectName[];
  readonly replaces: readonly ReplacedObject[];
  /** How long readers that listed the old files before the commit may need them. */
  readonly graceMs?: number;
}

export interface TableChange {
  readonly id: string;
  /** Where to put each of `adds`, in their order: with `onlyIfAbsent`, and whole. */
  readonly places: readonly ObjectName[];
  /**
   * Rejects with `conflict` where a replaced file is gone or is another one now, with `invalid` where a new one is not
   * there, and as disks and stores fail: then it had no effect, and the change is abandoned.
   */
  commit(): Promise<void>;
  /** Deletes what was put. A change that a crash leaves open is abandoned at the next start. */
  abandon(): Promise<void>;
}

/** The files of all tables as they are at one moment. Listings that are made later are read through it. */
export interface FileView {
  /** Whether a listed object counts: false for what is not committed, and for what has been replaced. */
  shows(object: ObjectName): boolean;
  /** Committed files below a folder that no listing shows yet. */
  hiddenBelow(bucket: string, prefix: string): readonly ObjectInfo[];
  release(): void;
}
