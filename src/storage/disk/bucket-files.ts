import { dirname, join } from "node:path";
import { type Disk, DiskError, type DiskFile, type DiskStat } from "../../std/disk.ts";
import { ObjectStoreError } from "../object-store.ts";
import { withStoreErrors } from "./disk-errors.ts";
import { DurableFolders } from "./durable-folders.ts";
import { KeyLocks } from "./key-locks.ts";
import { checkBucketName, pathOfKey, sidecarPathOfKey } from "./object-path.ts";
import { Replacements } from "./replacements.ts";
import { readSidecar, type Sidecar, writeSidecar } from "./sidecar.ts";

export interface BucketFilesOptions {
  readonly disk: Disk;
  /** Holds the bucket folders. */
  readonly root: string;
  /** On the file system of `root` and outside of it. */
  readonly temporaryDirectory: string;
  /** Outside of `root`. */
  readonly metadataDirectory: string;
}

/** An object about to enter its bucket. */
export interface Entering {
  readonly bucket: string;
  readonly key: string;
  /** Holds the bytes, synced, on the bucket's file system. Moved, or linked where nothing may be replaced. */
  readonly source: string;
  readonly sidecar: Sidecar;
  readonly onlyIfAbsent: boolean;
}

/** Pieces in which objects are read: few system calls, and small enough that many readers fit. */
const READ_PIECE_BYTES = 256 * 1024;

/**
 * The files of all buckets, which deliveries (`disk-store.ts`) and the door to the lake (`disk-lake.ts`) share: where an
 * object lies, how it enters in one step and leaves again, who may write. `disk-store.ts` has the order of the steps.
 */
export class BucketFiles {
  readonly disk: Disk;
  readonly #options: BucketFilesOptions;
  readonly #folders: DurableFolders;
  readonly #sidecarFolders: DurableFolders;
  readonly #locks = new KeyLocks();
  readonly #replacements: Replacements;
  #temporaries = 0;

  constructor(options: BucketFilesOptions) {
    this.disk = options.disk;
    this.#options = options;
    this.#folders = new DurableFolders(options.disk, options.root);
    this.#sidecarFolders = new DurableFolders(options.disk, options.metadataDirectory);
    this.#replacements = new Replacements(options.disk, options.temporaryDirectory);
  }

  /** Ends what a predecessor could not. */
  async recover(): Promise<void> {
    await this.#replacements.recover(async ({ bucket, key, inode, sidecar }) => {
      const stat = await this.statObject(this.pathOf(bucket, key));
      if (stat?.inode === inode) await this.#writeSidecar(bucket, key, sidecar);
    });
  }

  get root(): string {
    return this.#options.root;
  }

  bucketPath(bucket: string): string {
    checkBucketName(bucket);
    return join(this.#options.root, bucket);
  }

  pathOf(bucket: string, key: string): string {
    return join(this.bucketPath(bucket), pathOfKey(key));
  }

  temporaryPath(): string {
    this.#temporaries += 1;
    return join(this.#options.temporaryDirectory, `put-${this.#temporaries}.tmp`);
  }

  /** One writer per path at a time; a bucket's own path is for making and removing it. */
  locked<T>(path: string, task: () => Promise<T>): Promise<T> {
    return this.#locks.run(path, task);
  }

  async makeBucket(bucket: string): Promise<void> {
    const path = this.bucketPath(bucket);
    await this.locked(path, () => this.#folders.make(path));
  }

  /** Removes a bucket in which nothing is left but empty folders; false when there is something. */
  async removeBucket(bucket: string): Promise<boolean> {
    const path = this.bucketPath(bucket);
    return this.locked(path, async () => {
      const removed = await this.#removeEmptyBelow(path);
      this.#folders.forget();
      this.#sidecarFolders.forget();
      if (!removed) return false;
      await this.disk.syncDirectory(this.#options.root);
      await this.disk.removeDirectory(join(this.#options.metadataDirectory, bucket));
      return true;
    });
  }

  async requireBucket(bucket: string): Promise<void> {
    const stat = await this.disk.stat(this.bucketPath(bucket));
    if (stat?.directory) return;
    throw new ObjectStoreError("no-such-bucket", `No bucket ${bucket}: expected a folder ${this.bucketPath(bucket)}`);
  }

  /** A folder is no object, and neither is anything below a file. */
  async statObject(path: string): Promise<DiskStat | undefined> {
    try {
      const stat = await this.disk.stat(path);
      return stat?.directory ? undefined : stat;
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOTDIR") return undefined;
      throw error;
    }
  }

  /** What is known of the file that `stat` describes. */
  async sidecarOf(bucket: string, key: string, stat: DiskStat): Promise<Sidecar | undefined> {
    const pending = this.#replacements.sidecarOf(this.pathOf(bucket, key), stat.inode);
    const sidecar = pending ?? (await readSidecar(this.disk, this.#sidecarPath(bucket, key)));
    if (sidecar === undefined || sidecar.key === key) return sidecar;
    const message = `This file system cannot tell ${key} from ${sidecar.key} in bucket ${bucket}: use one spelling`;
    throw new ObjectStoreError("invalid-key", message);
  }

  /** What is known of a file from now on. The caller holds the lock of the path. */
  async describeAnew(bucket: string, key: string, sidecar: Sidecar): Promise<void> {
    await this.#finishReplacement(this.pathOf(bucket, key));
    await this.#writeSidecar(bucket, key, sidecar);
  }

  /** What may stand in the way of an object at `path`; throws where a folder does. The caller holds the lock. */
  async statPlace(entering: Pick<Entering, "bucket" | "key" | "onlyIfAbsent">): Promise<DiskStat | undefined> {
    const { bucket, key, onlyIfAbsent } = entering;
    const there = await this.disk.stat(this.pathOf(bucket, key));
    if (there?.directory) throw isFolder(bucket, key);
    if (there && onlyIfAbsent) throw exists(bucket, key);
    return there;
  }

  /** Steps 2 to 5, under the lock of the path. A folder that somebody removed by hand is made again, once. */
  async enter(entering: Entering, there: DiskStat | undefined): Promise<void> {
    const path = this.pathOf(entering.bucket, entering.key);
    const attempt = () => (there === undefined ? this.#enterNew(entering, path) : this.#replace(entering, path));
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "ENOENT")) throw error;
      this.#folders.forget();
      this.#sidecarFolders.forget();
      await attempt();
    }
  }

  /** Under the lock of the path. */
  async remove(bucket: string, key: string): Promise<void> {
    const path = this.pathOf(bucket, key);
    if ((await this.statObject(path)) === undefined) return;
    await this.disk.unlink(path);
    await this.disk.syncDirectory(dirname(path));
    await this.#replacements.end(path);
    await this.disk.unlink(this.#sidecarPath(bucket, key));
  }

  /** Removes the folders above `path` that hold nothing, up to the bucket. Whoever needs one meanwhile makes it again. */
  async prune(bucket: string, path: string): Promise<void> {
    const top = this.bucketPath(bucket);
    for (let folder = dirname(path); folder.length > top.length; folder = dirname(folder)) {
      if (!(await this.disk.removeEmptyDirectory(folder))) return;
      this.#folders.forget();
    }
  }

  /** The folders above an object, and its name in them, survive a power loss afterwards. */
  async settle(path: string): Promise<void> {
    await this.#folders.make(dirname(path));
    await this.disk.syncDirectory(dirname(path));
  }

  /** Opens the object and says which file it is that was opened, also while others replace it. */
  async open(bucket: string, key: string): Promise<{ readonly file: DiskFile; readonly stat: DiskStat } | undefined> {
    const path = this.pathOf(bucket, key);
    for (;;) {
      const stat = await this.statObject(path);
      if (stat === undefined) return undefined;
      const file = await this.#openUnlessGone(path);
      if (file === undefined) continue;
      const now = await this.statObject(path).catch(() => undefined);
      if (now?.inode === stat.inode) return { file, stat };
      await file.close();
    }
  }

  /** The bytes of an open file from `start` to `end`, as far as it has them. While one piece is used the next is read. */
  async *readPieces(bucket: string, key: string, file: DiskFile, start: number, end: number): AsyncGenerator<Buffer> {
    const readAt = async (at: number) => {
      const piece = Buffer.allocUnsafe(Math.min(READ_PIECE_BYTES, end - at));
      return piece.subarray(0, await withStoreErrors(bucket, key, () => file.read(piece, at)));
    };
    let next = start < end ? readAt(start) : undefined;
    for (let at = start; next !== undefined; ) {
      const piece = await next;
      at += piece.length;
      next = piece.length > 0 && at < end ? readAt(at) : undefined;
      // Nobody waits for it when the reader stops here; whoever closes the file does.
      next?.catch(() => undefined);
      if (piece.length > 0) yield piece;
    }
  }

  async #enterNew(entering: Entering, path: string): Promise<void> {
    const { bucket, key, source, sidecar, onlyIfAbsent } = entering;
    await this.#replacements.end(path);
    await this.#folders.make(dirname(path));
    await this.#writeSidecar(bucket, key, sidecar);
    if (onlyIfAbsent) await this.#link(bucket, key, source, path);
    else await this.disk.rename(source, path);
    await this.#syncFolder(bucket, key, path);
  }

  async #replace(entering: Entering, path: string): Promise<void> {
    const { bucket, key, source, sidecar } = entering;
    await this.#finishReplacement(path);
    const stat = await this.disk.stat(source);
    if (stat === undefined) throw new DiskError("stat", source, "ENOENT");
    await this.#replacements.begin(path, { bucket, key, inode: stat.inode, sidecar });
    await this.disk.rename(source, path);
    await this.#syncFolder(bucket, key, path);
    await this.#finishReplacement(path);
  }

  /** Steps 3 and 4 of a replacement. The file may be another by now: then there is nothing to say of it. */
  async #finishReplacement(path: string): Promise<void> {
    const note = this.#replacements.unfinished(path);
    if (note === undefined) return;
    const stat = await this.statObject(path);
    if (stat?.inode === note.inode) await this.#writeSidecar(note.bucket, note.key, note.sidecar);
    await this.#replacements.end(path);
  }

  async #syncFolder(bucket: string, key: string, path: string): Promise<void> {
    try {
      await this.disk.syncDirectory(dirname(path));
    } catch (error) {
      const message = `${key} is in bucket ${bucket}, but its folder could not be synced: it may not survive a power loss`;
      throw new ObjectStoreError("unknown-outcome", message, { cause: error });
    }
  }

  async #link(bucket: string, key: string, source: string, path: string): Promise<void> {
    try {
      await this.disk.link(source, path);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "EEXIST")) throw error;
      // Somebody outside put a file there since we looked: what we were about to say is not about that file.
      await this.disk.unlink(this.#sidecarPath(bucket, key));
      throw exists(bucket, key);
    }
  }

  async #openUnlessGone(path: string): Promise<DiskFile | undefined> {
    try {
      return await this.disk.open(path, "read");
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  async #removeEmptyBelow(path: string): Promise<boolean> {
    for (const name of await this.disk.list(path)) {
      const below = join(path, name);
      const stat = await this.disk.stat(below);
      if (!stat?.directory || !(await this.#removeEmptyBelow(below))) return false;
    }
    return this.disk.removeEmptyDirectory(path);
  }

  #writeSidecar(bucket: string, key: string, sidecar: Sidecar): Promise<void> {
    return writeSidecar(this.disk, this.#sidecarFolders, this.#sidecarPath(bucket, key), sidecar);
  }

  #sidecarPath(bucket: string, key: string): string {
    return join(this.#options.metadataDirectory, bucket, sidecarPathOfKey(key));
  }
}

export function notFound(bucket: string, key: string): ObjectStoreError {
  return new ObjectStoreError("not-found", `No object ${key} in bucket ${bucket}`);
}

function exists(bucket: string, key: string): ObjectStoreError {
  return new ObjectStoreError("exists", `Bucket ${bucket} already holds an object ${key}`);
}

function isFolder(bucket: string, key: string): ObjectStoreError {
  const message = `Bucket ${bucket} has a folder named ${key}: on a disk an object cannot also be a folder of other objects`;
  return new ObjectStoreError("invalid-key", message);
}
