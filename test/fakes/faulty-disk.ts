import type { Disk, DiskFile } from "../../src/std/disk.ts";
import { DiskFaults } from "./disk-faults.ts";

/** Any disk, with faults in front: what is ordered on `faults` fails before it reaches the disk behind. */
export function faultyDisk(inner: Disk, faults: DiskFaults = new DiskFaults()): Disk {
  return {
    open: async (path, mode, options) => {
      await faults.enterOrThrow("open", path);
      return faultyFile(await inner.open(path, mode, options), faults);
    },
    list: async (path) => {
      await faults.enterOrThrow("list", path);
      return inner.list(path);
    },
    stat: async (path) => {
      await faults.enterOrThrow("stat", path);
      return inner.stat(path);
    },
    makeDirectory: async (path) => {
      await faults.enterOrThrow("mkdir", path);
      return inner.makeDirectory(path);
    },
    rename: async (from, to) => {
      await faults.enterOrThrow("rename", from);
      return inner.rename(from, to);
    },
    link: async (from, to) => {
      await faults.enterOrThrow("link", to);
      return inner.link(from, to);
    },
    unlink: async (path) => {
      await faults.enterOrThrow("unlink", path);
      return inner.unlink(path);
    },
    removeDirectory: async (path) => {
      await faults.enterOrThrow("remove", path);
      return inner.removeDirectory(path);
    },
    removeEmptyDirectory: async (path) => {
      await faults.enterOrThrow("remove", path);
      return inner.removeEmptyDirectory(path);
    },
    syncDirectory: async (path) => {
      await faults.enterOrThrow("syncDirectory", path);
      return inner.syncDirectory(path);
    },
    freeBytes: async (path) => {
      await faults.enterOrThrow("freeBytes", path);
      return inner.freeBytes(path);
    },
  };
}

function faultyFile(inner: DiskFile, faults: DiskFaults): DiskFile {
  const { path } = inner;
  return {
    path,
    size: async () => {
      await faults.enterOrThrow("size", path);
      return inner.size();
    },
    read: async (target, position) => {
      await faults.enterOrThrow("read", path);
      return inner.read(target, position);
    },
    write: async (chunks, position) => {
      await faults.enterOrThrow("write", path);
      return inner.write(chunks, position);
    },
    datasync: async () => {
      await faults.enterOrThrow("datasync", path);
      return inner.datasync();
    },
    truncate: async (bytes) => {
      await faults.enterOrThrow("truncate", path);
      return inner.truncate(bytes);
    },
    close: async () => {
      await faults.enterOrThrow("close", path);
      return inner.close();
    },
  };
}
