import type { Disk, DiskFile } from "../../src/std/disk.ts";

/** One life of the process. Once it is over, nothing that it waits for ever comes, and nothing that it asks for happens. */
export interface Life {
  readonly number: number;
  isAlive(): boolean;
}

/** What `work` settles to, if the process lives to see it. */
export async function seenBy<T>(life: Life, work: () => Promise<T>): Promise<T> {
  if (!life.isAlive()) return never();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (life.isAlive()) throw error;
    return never();
  }
  return life.isAlive() ? result : never();
}

/** A new promise each time: a shared one would hold on to everybody who ever waited for it. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

export function diskOfLife(life: Life, disk: Disk): Disk {
  const run = <T>(work: () => Promise<T>) => seenBy(life, work);
  return {
    open: (path, mode) => run(async () => fileOfLife(life, await disk.open(path, mode))),
    list: (path) => run(() => disk.list(path)),
    stat: (path) => run(() => disk.stat(path)),
    makeDirectory: (path) => run(() => disk.makeDirectory(path)),
    rename: (from, to) => run(() => disk.rename(from, to)),
    link: (from, to) => run(() => disk.link(from, to)),
    unlink: (path) => run(() => disk.unlink(path)),
    removeDirectory: (path) => run(() => disk.removeDirectory(path)),
    removeEmptyDirectory: (path) => run(() => disk.removeEmptyDirectory(path)),
    syncDirectory: (path) => run(() => disk.syncDirectory(path)),
    freeBytes: (path) => run(() => disk.freeBytes(path)),
  };
}

function fileOfLife(life: Life, file: DiskFile): DiskFile {
  const run = <T>(work: () => Promise<T>) => seenBy(life, work);
  return {
    path: file.path,
    size: () => run(() => file.size()),
    read: (target, position) => run(() => file.read(target, position)),
    write: (chunks, position) => run(() => file.write(chunks, position)),
    datasync: () => run(() => file.datasync()),
    truncate: (bytes) => run(() => file.truncate(bytes)),
    close: () => run(() => file.close()),
  };
}
