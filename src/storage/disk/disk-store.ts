import { dirname, join } from "node:path";
import { type Disk, DiskError, type DiskStat } from "../../std/disk.ts";
import {
  type ByteRange,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PutObject,
  type StoreCapabilities,
} from "../object-store.ts";
import { readBody } from "../read-body.ts";
import { refuseAborted } from "../refuse-aborted.ts";
import { withStoreErrors } from "./disk-errors.ts";
import { DurableFolders } from "./durable-folders.ts";
import { KeyLocks } from "./key-locks.ts";
import { listObjects } from "./list-objects.ts";
import { checkBucketName, pathOfKey, sidecarPathOfKey } from "./object-path.ts";
import { describeObject, makeSidecar, readSidecar, writeSidecar } from "./sidecar.ts";

/**
 * The local lake: buckets as folders, objects as plain files.
 *
 * Constraints. A file in a bucket is whole or not there: bytes are written outside every bucket and come in by `link`
 * (or, where replacing is allowed, by `rename`). One process writes (the lock on the data folder sees to that); people
 * and other programs may read, add and remove files at any time.
 *
 * Layout.      root/BUCKET/KEY                 the object            (keys as paths: object-path.ts)
 *              metadataDirectory/BUCKET/KEY.json  what a file cannot carry (sidecar.ts)
 *              temporaryDirectory/put-N.tmp    bytes on their way in; leftovers are removed at the next start
 *
 * Write.       1. temporary file, datasync (left out when the body is already a synced file of its own)
 *              2. sidecar, synced    3. missing folders, each synced into its parent
 *              4. link: EEXIST = `exists`    5. sync of the folder    6. temporary file away
 *
 * Read.        A sidecar counts while its size agrees with the file's; without one the defaults are derived.
 *
 * Recovery.    A crash before 4 leaves nothing that a reader sees. A crash between 4 and 5 leaves an object that a power
 *              loss may take away: `settle` does 3 and 5 again before anybody counts on it.
 */
export interface DiskStoreOptions {
  readonly disk: Disk;
  /** Holds the bucket folders. */
  readonly root: string;
  /** On the file system of `root` and outside of it. */
  readonly temporaryDirectory: string;
  /** Outside of `root`. */
  readonly metadataDirectory: string;
}

/** Pieces in which objects are read: few system calls, and small enough that many readers fit. */
const READ_PIECE_BYTES = 256 * 1024;

const TEMPORARY_PATTERN = /^put-\d+\.tmp$/;

/** Makes the folders, removes leftovers, and refuses a layout on which a link could never work. */
export async function openDiskStore(options: DiskStoreOptions): Promise<DiskStore> {
  const { disk, root, temporaryDirectory, metadataDirectory } = options;
  for (const folder of [root, temporaryDirectory, metadataDirectory]) await disk.makeDirectory(folder);
  for (const name of await disk.list(temporaryDirectory)) {
    if (TEMPORARY_PATTERN.test(name)) await disk.unlink(join(temporaryDirectory, name));
  }
  await checkLinks(options);
  return new DiskStore(options);
}

export class DiskStore implements ObjectStore {
  readonly type = "disk";
  readonly #disk: Disk;
  readonly #options: DiskStoreOptions;
  readonly #folders: DurableFolders;
  readonly #sidecarFolders: DurableFolders;
  readonly #locks = new KeyLocks();
  #temporaries = 0;

  /** Use `openDiskStore`. */
  constructor(options: DiskStoreOptions) {
    this.#disk = options.disk;
    this.#options = options;
    this.#folders = new DurableFolders(options.disk, options.root);
    this.#sidecarFolders = new DurableFolders(options.disk, options.metadataDirectory);
  }

  async ensureBucket(bucket: string): Promise<void> {
    await withStoreErrors(bucket, "", () => this.#folders.make(this.#bucketPath(bucket)));
  }

  /** A file system either has `link` or was refused at start: there is nothing to find out. */
  async probe(bucket: string): Promise<StoreCapabilities> {
    await this.#requireBucket(bucket);
    return { conditionalPut: true, conditionalComplete: true, keepsMetadata: true };
  }

  put(request: PutObject): Promise<ObjectInfo> {
    const { bucket, key } = request;
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      refuseAborted(request.signal);
      await this.#requireBucket(bucket);
      return this.#locks.run(path, () => this.#putLocked(request, path));
    });
  }

  head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    return withStoreErrors(bucket, key, async () => {
      const stat = await this.#statObject(this.pathOf(bucket, key));
      return stat && this.#describe(bucket, key, stat);
    });
  }

  async settle(bucket: string, key: string): Promise<void> {
    const folder = dirname(this.pathOf(bucket, key));
    await withStoreErrors(bucket, key, async () => {
      await this.#folders.make(folder);
      await this.#disk.syncDirectory(folder);
    });
  }

  get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      const stat = await this.#statObject(path);
      if (stat === undefined) {
        await this.#requireBucket(bucket);
        throw notFound(bucket, key);
      }
      return this.#read(bucket, key, path, range ?? { start: 0, end: stat.bytes });
    });
  }

  async *list(bucket: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    await this.#requireBucket(bucket);
    for await (const { key, stat } of listObjects(this.#disk, this.#bucketPath(bucket), options)) {
      yield await this.#describe(bucket, key, stat);
    }
  }

  delete(bucket: string, key: string): Promise<void> {
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      await this.#requireBucket(bucket);
      await this.#locks.run(path, async () => {
        if ((await this.#statObject(path)) === undefined) return;
        await this.#disk.unlink(path);
        await this.#disk.syncDirectory(dirname(path));
        await this.#disk.unlink(this.#sidecarPath(bucket, key));
      });
    });
  }

  async close(): Promise<void> {
    // No file stays open between calls.
  }

  /** Where an object is, for programs on this machine that read files themselves. */
  pathOf(bucket: string, key: string): string {
    return join(this.#bucketPath(bucket), pathOfKey(key));
  }

  async #putLocked(request: PutObject, path: string): Promise<ObjectInfo> {
    const { bucket, key } = request;
    const there = await this.#disk.stat(path);
    if (there?.directory) throw isFolder(bucket, key);
    if (there && request.onlyIfAbsent) throw exists(bucket, key);
    const linked = request.body.file;
    if (linked !== undefined) await this.#checkFile(linked, request.body.bytes);
    const source = linked !== undefined && request.onlyIfAbsent ? linked : await this.#writeTemporary(request);
    try {
      await this.#admit(request, source, path);
    } finally {
      if (source !== linked) await this.#disk.unlink(source);
    }
    const stat = await this.#disk.stat(path);
    if (stat === undefined) throw new ObjectStoreError("unknown-outcome", `${key} vanished from bucket ${bucket}`);
    return describeObject(key, stat, makeSidecar(request));
  }

  /** Steps 2 to 5. A folder that somebody removed by hand is made again, once. */
  async #admit(request: PutObject, source: string, path: string): Promise<void> {
    try {
      await this.#enter(request, source, path);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "ENOENT")) throw error;
      this.#folders.forget();
      this.#sidecarFolders.forget();
      await this.#enter(request, source, path);
    }
  }

  async #enter(request: PutObject, source: string, path: string): Promise<void> {
    const { bucket, key } = request;
    const sidecarPath = this.#sidecarPath(bucket, key);
    await this.#folders.make(dirname(path));
    await writeSidecar(this.#disk, this.#sidecarFolders, sidecarPath, makeSidecar(request));
    if (request.onlyIfAbsent) await this.#link(bucket, key, source, path, sidecarPath);
    else await this.#disk.rename(source, path);
    try {
      await this.#disk.syncDirectory(dirname(path));
    } catch (error) {
      const message = `${key} is in bucket ${bucket}, but its folder could not be synced: it may not survive a power loss`;
      throw new ObjectStoreError("unknown-outcome", message, { cause: error });
    }
  }

  async #link(bucket: string, key: string, source: string, path: string, sidecarPath: string): Promise<void> {
    try {
      await this.#disk.link(source, path);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "EEXIST")) throw error;
      // Somebody outside put a file there since we looked: what we were about to say is not about that file.
      await this.#disk.unlink(sidecarPath);
      throw exists(bucket, key);
    }
  }

  async #writeTemporary(request: PutObject): Promise<string> {
    this.#temporaries += 1;
    const path = join(this.#options.temporaryDirectory, `put-${this.#temporaries}.tmp`);
    const file = await this.#disk.open(path, "create");
    try {
      let position = 0;
      for await (const piece of readBody(request.body)) {
        await file.write([piece], position);
        position += piece.length;
      }
      await file.datasync();
    } catch (error) {
      await file.close();
      await this.#disk.unlink(path);
      throw error;
    }
    await file.close();
    return path;
  }

  async #checkFile(path: string, bytes: number): Promise<void> {
    const stat = await this.#disk.stat(path);
    if (stat?.bytes === bytes) return;
    const found = stat === undefined ? "no file" : `${stat.bytes} bytes`;
    throw new ObjectStoreError("rejected", `Expected ${bytes} bytes in the encoded file ${path}, found ${found}`);
  }

  async *#read(bucket: string, key: string, path: string, range: ByteRange): AsyncGenerator<Buffer> {
    const file = await withStoreErrors(bucket, key, () => this.#open(bucket, key, path));
    try {
      for (let at = range.start; at < range.end; ) {
        const piece = Buffer.allocUnsafe(Math.min(READ_PIECE_BYTES, range.end - at));
        const count = await withStoreErrors(bucket, key, () => file.read(piece, at));
        if (count > 0) yield piece.subarray(0, count);
        if (count < piece.length) return;
        at += count;
      }
    } finally {
      await file.close();
    }
  }

  async #open(bucket: string, key: string, path: string) {
    try {
      return await this.#disk.open(path, "read");
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOENT") throw notFound(bucket, key);
      throw error;
    }
  }

  async #describe(bucket: string, key: string, stat: DiskStat): Promise<ObjectInfo> {
    const sidecar = await readSidecar(this.#disk, this.#sidecarPath(bucket, key));
    if (sidecar && sidecar.key !== key) {
      const message = `This file system cannot tell ${key} from ${sidecar.key} in bucket ${bucket}: use one spelling`;
      throw new ObjectStoreError("invalid-key", message);
    }
    return describeObject(key, stat, sidecar);
  }

  /** A folder is no object, and neither is anything below a file. */
  async #statObject(path: string): Promise<DiskStat | undefined> {
    try {
      const stat = await this.#disk.stat(path);
      return stat?.directory ? undefined : stat;
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOTDIR") return undefined;
      throw error;
    }
  }

  async #requireBucket(bucket: string): Promise<void> {
    const stat = await this.#disk.stat(this.#bucketPath(bucket));
    if (stat?.directory) return;
    throw new ObjectStoreError("no-such-bucket", `No bucket ${bucket}: expected a folder ${this.#bucketPath(bucket)}`);
  }

  #bucketPath(bucket: string): string {
    checkBucketName(bucket);
    return join(this.#options.root, bucket);
  }

  #sidecarPath(bucket: string, key: string): string {
    return join(this.#options.metadataDirectory, bucket, sidecarPathOfKey(key));
  }
}

/** Links a throw-away file from the temporary folder to beside the buckets, as every put will. */
async function checkLinks(options: DiskStoreOptions): Promise<void> {
  const { disk, root, temporaryDirectory } = options;
  const source = join(temporaryDirectory, "put-0.tmp");
  const target = join(root, ".lakehose-link-check");
  await disk.unlink(target);
  const file = await disk.open(source, "create");
  await file.close();
  try {
    await disk.link(source, target);
    await disk.unlink(target);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const message = `Cannot link files from ${temporaryDirectory} to ${root} (${error.code}): put both on one file system that has hard links`;
    throw new ObjectStoreError("rejected", message, { cause: error, storeCode: error.code });
  } finally {
    await disk.unlink(source);
  }
}

function exists(bucket: string, key: string): ObjectStoreError {
  return new ObjectStoreError("exists", `Bucket ${bucket} already holds an object ${key}`);
}

function notFound(bucket: string, key: string): ObjectStoreError {
  return new ObjectStoreError("not-found", `No object ${key} in bucket ${bucket}`);
}

function isFolder(bucket: string, key: string): ObjectStoreError {
  const message = `Bucket ${bucket} has a folder named ${key}: on a disk an object cannot also be a folder of other objects`;
  return new ObjectStoreError("invalid-key", message);
}
