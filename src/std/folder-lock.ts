import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * One process per folder. A lock file with a process id in it cannot do this: after a crash it stays behind, the id may be
 * somebody else's by then, and on another machine it means nothing. The lock has to be the operating system's, which
 * releases it with the process however that ends. Node has no call for it; SQLite, which comes with Node, takes a POSIX
 * record lock (also over NFS) when an exclusive transaction begins, so an empty database is the lock.
 */
export interface FolderLock {
  release(): void;
}

/** Another process, or another server in this one, works in the folder. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";
}

const LOCK_FILE = "lock";
const HOLDER_FILE = "lock.holder";

/** SQLITE_BUSY: somebody holds the lock. */
const SQLITE_BUSY = 5;

/** Makes the folder when it is missing. Throws a `FolderLockedError` that says who holds it. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, LOCK_FILE));
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const message = `The data folder ${folder} is in use by ${holderOf(folder)}. Stop that server first, or start this one over another folder (--data).`;
    throw new FolderLockedError(message, { cause: error });
  }
  writeFileSync(join(folder, HOLDER_FILE), `process ${process.pid} on ${hostname()}`);
  return { release: () => database.close() };
}

/** For people only: the file may be stale, or gone. */
function holderOf(folder: string): string {
  try {
    return readFileSync(join(folder, HOLDER_FILE), "utf8");
  } catch {
    return "another process";
  }
}
