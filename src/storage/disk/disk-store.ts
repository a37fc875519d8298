import { join } from "node:path";
import { DiskError } from "../../std/disk.ts";
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
import { BucketFiles, type BucketFilesOptions, notFound } from "./bucket-files.ts";
import { withStoreErrors } from "./disk-errors.ts";
import { listObjects } from "./list-objects.ts";
import { describeObject, makeSidecar, type Sidecar, sidecarOrDefaults } from "./sidecar.ts";

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
 * Replacing.   Only where asked for, and never between an object and a sidecar that is about another: replacements.ts.
 *
 * Recovery.    A crash before 4 leaves nothing that a reader sees. A crash between 4 and 5 leaves an object that a power
 *              loss may take away: `settle` does 3 and 5 again before anybody counts on it.
 */
export type DiskStoreOptions = BucketFilesOptions;

const TEMPORARY_PATTERN = /^put-\d+\.tmp$/;

/** Makes the folders, removes leftovers, and refuses a layout on which a link could never work. */
export async function openDiskStore(options: DiskStoreOptions): Promise<DiskStore> {
  return new DiskStore(await openBucketFiles(options));
}

/** The same, for whoever puts a door beside the store (`disk-lake.ts`): both need the same locks. */
export async function openBucketFiles(options: DiskStoreOptions): Promise<BucketFiles> {
  const { disk, root, temporaryDirectory, metadataDirectory } = options;
  for (const folder of [root, temporaryDirectory, metadataDirectory]) await disk.makeDirectory(folder);
  const files = new BucketFiles(options);
  // Before the leftovers go: while they are there, no other file has an inode that a note names.
  await files.recover();
  for (const name of await disk.list(temporaryDirectory)) {
    if (TEMPORARY_PATTERN.test(name)) await disk.unlink(join(temporaryDirectory, name));
  }
  await checkLinks(options);
  return files;
}

export class DiskStore implements ObjectStore {
  readonly type = "disk";
  readonly #files: BucketFiles;

  /** Use `openDiskStore`. */
  constructor(files: BucketFiles) {
    this.#files = files;
  }

  async ensureBucket(bucket: string): Promise<void> {
    await withStoreErrors(bucket, "", () => this.#files.makeBucket(bucket));
  }

  /** A file system either has `link` or was refused at start: there is nothing to find out. */
  async probe(bucket: string): Promise<StoreCapabilities> {
    await this.#files.requireBucket(bucket);
    return { conditionalPut: true, conditionalComplete: true, keepsMetadata: true };
  }

  put(request: PutObject): Promise<ObjectInfo> {
    const { bucket, key } = request;
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      refuseAborted(request.signal);
      await this.#files.requireBucket(bucket);
      return this.#files.locked(path, () => this.#putLocked(request, path));
    });
  }

  head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    return withStoreErrors(bucket, key, async () => {
      const stat = await this.#files.statObject(this.pathOf(bucket, key));
      return stat && describeObject(key, stat, await this.#files.sidecarOf(bucket, key, stat));
    });
  }

  async settle(bucket: string, key: string): Promise<void> {
    const path = this.pathOf(bucket, key);
    await withStoreErrors(bucket, key, () => this.#files.settle(path));
  }

  get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    return withStoreErrors(bucket, key, async () => {
      const stat = await this.#files.statObject(this.pathOf(bucket, key));
      if (stat === undefined) {
        await this.#files.requireBucket(bucket);
        throw notFound(bucket, key);
      }
      return this.#read(bucket, key, range ?? { start: 0, end: stat.bytes });
    });
  }

  async *list(bucket: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    await this.#files.requireBucket(bucket);
    for await (const { key, stat } of listObjects(this.#files.disk, this.#files.bucketPath(bucket), options)) {
      yield describeObject(key, stat, await this.#files.sidecarOf(bucket, key, stat));
    }
  }

  delete(bucket: string, key: string): Promise<void> {
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      await this.#files.requireBucket(bucket);
      await this.#files.locked(path, () => this.#files.remove(bucket, key));
    });
  }

  async deleteUnchanged(bucket: string, object: ObjectInfo): Promise<boolean> {
    const deleted = await this.#ifUnchanged(bucket, object, () => this.#files.remove(bucket, object.key));
    if (deleted) await this.#files.prune(bucket, this.pathOf(bucket, object.key));
    return deleted;
  }

  /** Kept with the object and shown: a folder has one price. */
  setStorageClass(bucket: string, object: ObjectInfo, storageClass: string): Promise<boolean> {
    return this.#ifUnchanged(bucket, object, (sidecar) =>
      this.#files.describeAnew(bucket, object.key, { ...sidecar, storageClass }),
    );
  }

  async close(): Promise<void> {
    // No file stays open between calls.
  }

  /** Where an object is, for programs on this machine that read files themselves. */
  pathOf(bucket: string, key: string): string {
    return this.#files.pathOf(bucket, key);
  }

  /** `change` runs while nobody else writes the object. */
  #ifUnchanged(bucket: string, object: ObjectInfo, change: (sidecar: Sidecar) => Promise<void>): Promise<boolean> {
    const { key, etag, modifiedAt } = object;
    return withStoreErrors(bucket, key, async () => {
      const path = this.pathOf(bucket, key);
      return this.#files.locked(path, async () => {
        const stat = await this.#files.statObject(path);
        if (stat === undefined) return false;
        const sidecar = sidecarOrDefaults(key, stat, await this.#files.sidecarOf(bucket, key, stat));
        if (sidecar.etag !== etag || stat.modifiedAt !== modifiedAt) return false;
        await change(sidecar);
        return true;
      });
    });
  }

  async #putLocked(request: PutObject, path: string): Promise<ObjectInfo> {
    const { bucket, key, onlyIfAbsent } = request;
    const there = await this.#files.statPlace(request);
    const linked = request.body.file;
    if (linked !== undefined) await this.#checkFile(linked, request.body.bytes);
    const source = linked !== undefined && onlyIfAbsent ? linked : await this.#writeTemporary(request);
    const sidecar = makeSidecar(request);
    try {
      await this.#files.enter({ bucket, key, source, sidecar, onlyIfAbsent }, there);
    } finally {
      if (source !== linked) await this.#files.disk.unlink(source);
    }
    const stat = await this.#files.disk.stat(path);
    if (stat === undefined) throw new ObjectStoreError("unknown-outcome", `${key} vanished from bucket ${bucket}`);
    return describeObject(key, stat, sidecar);
  }

  async #writeTemporary(request: PutObject): Promise<string> {
    const { disk } = this.#files;
    const path = this.#files.temporaryPath();
    const file = await disk.open(path, "create");
    try {
      let position = 0;
      for await (const piece of readBody(request.body)) {
        await file.write([piece], position);
        position += piece.length;
      }
      await file.datasync();
    } catch (error) {
      await file.close();
      await disk.unlink(path);
      throw error;
    }
    await file.close();
    return path;
  }

  async #checkFile(path: string, bytes: number): Promise<void> {
    const stat = await this.#files.disk.stat(path);
    if (stat?.bytes === bytes) return;
    const found = stat === undefined ? "no file" : `${stat.bytes} bytes`;
    throw new ObjectStoreError("rejected", `Expected ${bytes} bytes in the encoded file ${path}, found ${found}`);
  }

  async *#read(bucket: string, key: string, range: ByteRange): AsyncGenerator<Buffer> {
    const opened = await withStoreErrors(bucket, key, () => this.#files.open(bucket, key));
    if (opened === undefined) throw notFound(bucket, key);
    try {
      yield* this.#files.readPieces(bucket, key, opened.file, range.start, range.end);
    } finally {
      await opened.file.close();
    }
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
