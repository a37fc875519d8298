/**
 * The disk as an argument. The log, the journal, staging, the registry and the disk store touch files only through this
 * interface; the simulation puts a pretend disk under the same code, one on which writes tear, syncs fail and power goes.
 *
 * Paths are absolute. Failures are `DiskError`s; `code` is the operating system's (`ENOSPC`, `EEXIST`, `ENOENT`, `EIO`…).
 */
export interface Disk {
  /**
   * Opens a file. "read": must exist. "write": must exist, readable and writable. "create": must not exist, readable and
   * writable; its directory entry is durable only after `syncDirectory` on the parent.
   */
  open(path: string, mode: OpenMode, options?: OpenOptions): Promise<DiskFile>;
  /** Names in a directory, sorted. An absent directory has none. */
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<DiskStat | undefined>;
  /** Makes a directory and its missing parents, each durable (parent synced) when this resolves. */
  makeDirectory(path: string): Promise<void>;
  /** Replaces `to` when it exists. Durable after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; fails with EEXIST when `to` exists, with EXDEV across file systems. */
  link(from: string, to: string): Promise<void>;
  /** Removes a file. An absent one is no error. */
  unlink(path: string): Promise<void>;
  /** Removes a directory with all it holds. An absent one is no error. */
  removeDirectory(path: string): Promise<void>;
  /** Removes a directory unless something is in it, in one step. False when something is, or when it is absent. */
  removeEmptyDirectory(path: string): Promise<boolean>;
  syncDirectory(path: string): Promise<void>;
  /** Bytes that can still be written to the file system that holds `path`. */
  freeBytes(path: string): Promise<number>;
}

export type OpenMode = "read" | "write" | "create";

export interface OpenOptions {
  /**
   * Every write will be followed by `datasync` at once: where the system can do both in one call, it may, and a write may
   * fail for what else `datasync` would fail for.
   */
  readonly syncsEachWrite?: boolean;
}

export interface DiskStat {
  readonly bytes: number;
  readonly directory: boolean;
  readonly modifiedAt: number;
  /** Tells files apart that exist at the same time: the same under all names of a file, whatever it is renamed to. */
  readonly inode: number;
}

export interface DiskFile {
  readonly path: string;
  size(): Promise<number>;
  /** Reads into `target` from `position`; resolves to the bytes read, fewer than asked only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes all chunks one after another from `position` on, or fails; after a failure any part may be on disk. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes what was written durable. After a failure the file must never be synced again (Linux drops the dirty pages). */
  datasync(): Promise<void>;
  /** Sets the length; growth reads as zeros and may be sparse. */
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export class DiskError extends Error {
  readonly code: string;
  constructor(operation: string, path: string, code: string, options?: ErrorOptions) {
    super(`Disk ${operation} failed on ${path}: ${code}`, options);
    this.name = "DiskError";
    this.code = code;
  }
}

/** True for the errors that say that no room is left: the file system is full, or the user's quota is. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof DiskError && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
