import { join } from "node:path";
import type {
  LakeBucket,
  LakeObject,
  LakeUploads,
  ListPage,
  LocalLake,
  ObjectAttributes,
  ObjectTarget,
  OpenedObject,
  PageRequest,
  ReceivedFile,
} from "../local-lake.ts";
import { ObjectStoreError } from "../object-store.ts";
import { type BucketFiles, notFound } from "./bucket-files.ts";
import { withStoreErrors } from "./disk-errors.ts";
import { DiskUploads, type DiskUploadsOptions } from "./disk-uploads.ts";
import { listPage } from "./list-page.ts";
import { Md5Thread } from "./md5-thread.ts";
import { receiveFile } from "./receive-file.ts";
import { describeLakeObject, type Sidecar } from "./sidecar.ts";

export interface DiskLakeOptions extends Omit<DiskUploadsOptions, "lake" | "disk"> {
  readonly files: BucketFiles;
  /** Free space that bodies leave on the disk: an upload may fill the lake, and must not stop the streams. Default: 0. */
  readonly reserveBytes?: number;
}

/** How much of a body is written between two looks at the free space. */
const ASKED_FOR_ROOM_BYTES = 4 * 1024 * 1024;

/** The local lake on the same files as `disk-store.ts`, and by the same steps. */
export class DiskLake implements LocalLake {
  readonly #files: BucketFiles;
  readonly #reserveBytes: number;
  readonly #md5: Md5Thread;
  readonly uploads: LakeUploads;

  private constructor(files: BucketFiles, { clock, reserveBytes = 0, ...uploads }: Omit<DiskLakeOptions, "files">) {
    this.#files = files;
    this.#reserveBytes = reserveBytes;
    this.#md5 = new Md5Thread(clock);
    this.uploads = new DiskUploads({ ...uploads, clock, disk: files.disk, lake: this });
  }

  static async open({ files, ...options }: DiskLakeOptions): Promise<DiskLake> {
    await files.disk.makeDirectory(options.directory);
    return new DiskLake(files, options);
  }

  close(): Promise<void> {
    return this.#md5.close();
  }

  async listBuckets(): Promise<readonly LakeBucket[]> {
    const buckets: LakeBucket[] = [];
    for (const name of await this.#files.disk.list(this.#files.root)) {
      const stat = await this.#files.disk.stat(join(this.#files.root, name));
      if (stat?.directory) buckets.push({ name, modifiedAt: stat.modifiedAt });
    }
    return buckets;
  }

  async findBucket(bucket: string): Promise<LakeBucket | undefined> {
    const stat = await this.#files.disk.stat(this.#files.bucketPath(bucket));
    return stat?.directory ? { name: bucket, modifiedAt: stat.modifiedAt } : undefined;
  }

  createBucket(bucket: string): Promise<boolean> {
    return withStoreErrors(bucket, "", async () => {
      if ((await this.findBucket(bucket)) !== undefined) return false;
      await this.#files.makeBucket(bucket);
      return true;
    });
  }

  deleteBucket(bucket: string): Promise<boolean> {
    return withStoreErrors(bucket, "", async () => {
      await this.#files.requireBucket(bucket);
      return this.#files.removeBucket(bucket);
    });
  }

  head(bucket: string, key: string): Promise<LakeObject | undefined> {
    return withStoreErrors(bucket, key, async () => {
      const found = await this.#find(bucket, key);
      if (found === undefined) await this.#files.requireBucket(bucket);
      return found;
    });
  }

  open(bucket: string, key: string): Promise<OpenedObject | undefined> {
    return withStoreErrors(bucket, key, async () => {
      const opened = await this.#files.open(bucket, key);
      if (opened === undefined) {
        await this.#files.requireBucket(bucket);
        return undefined;
      }
      const { file, stat } = opened;
      let closing: Promise<void> | undefined;
      const close = () => {
        closing ??= file.close();
        return closing;
      };
      try {
        const object = describeLakeObject(key, stat, await this.#files.sidecarOf(bucket, key, stat));
        return { object, read: (start, end) => this.#files.readPieces(bucket, key, file, start, end), close };
      } catch (error) {
        await close();
        throw error;
      }
    });
  }

  listPage(bucket: string, request: PageRequest): Promise<ListPage> {
    return withStoreErrors(bucket, "", async () => {
      await this.#files.requireBucket(bucket);
      return listPage(this.#files, bucket, request);
    });
  }

  receive(bytes: AsyncIterable<Uint8Array>, expectedBytes = 0): Promise<ReceivedFile> {
    return withStoreErrors("", "", async () => {
      await this.#refuseBelowReserve(expectedBytes);
      return receiveFile(this.#files.disk, this.#files.temporaryPath(), this.#withinReserve(bytes), this.#md5);
    });
  }

  place(target: ObjectTarget, received: ReceivedFile): Promise<LakeObject> {
    const { bucket, key, onlyIfAbsent } = target;
    return withStoreErrors(bucket, key, async () => {
      const path = this.#files.pathOf(bucket, key);
      await this.#files.requireBucket(bucket);
      return this.#files.locked(path, async () => {
        target.check?.(await this.#find(bucket, key));
        const there = await this.#files.statPlace(target);
        const sidecar = sidecarOf(target, received.bytes);
        const stat = await this.#files.disk.stat(received.file);
        if (stat === undefined) throw notFound(bucket, key);
        await this.#files.enter({ bucket, key, source: received.file, sidecar, onlyIfAbsent }, there);
        await received.discard();
        return describeLakeObject(key, stat, sidecar);
      });
    });
  }

  setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    return withStoreErrors(bucket, key, async () => {
      const path = this.#files.pathOf(bucket, key);
      await this.#files.requireBucket(bucket);
      await this.#files.locked(path, async () => {
        const object = await this.#find(bucket, key);
        if (object === undefined) throw notFound(bucket, key);
        const attributes = { ...object.attributes, tags };
        await this.#files.describeAnew(bucket, key, sidecarOf({ key, etag: object.etag, attributes }, object.bytes));
      });
    });
  }

  delete(bucket: string, key: string): Promise<void> {
    return withStoreErrors(bucket, key, async () => {
      const path = this.#files.pathOf(bucket, key);
      await this.#files.requireBucket(bucket);
      await this.#files.locked(path, () => this.#files.remove(bucket, key));
      await this.#files.prune(bucket, path);
    });
  }

  /** Others write meanwhile: what was free at the start may be gone in the middle of a large body. */
  async *#withinReserve(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let unasked = 0;
    for await (const piece of bytes) {
      yield piece;
      unasked += piece.byteLength;
      if (unasked < ASKED_FOR_ROOM_BYTES) continue;
      await this.#refuseBelowReserve(0);
      unasked = 0;
    }
  }

  async #refuseBelowReserve(bytes: number): Promise<void> {
    if (this.#reserveBytes === 0) return;
    const free = await this.#files.disk.freeBytes(this.#files.root);
    if (free - bytes >= this.#reserveBytes) return;
    const message = `Please reduce your request rate: ${free} bytes are free on the disk of the lake, of which ${this.#reserveBytes} are kept for streams and deliveries`;
    throw new ObjectStoreError("disk-full", message);
  }

  async #find(bucket: string, key: string): Promise<LakeObject | undefined> {
    const stat = await this.#files.statObject(this.#files.pathOf(bucket, key));
    return stat && describeLakeObject(key, stat, await this.#files.sidecarOf(bucket, key, stat));
  }
}

interface Described {
  readonly key: string;
  readonly etag: string;
  readonly attributes: ObjectAttributes;
}

function sidecarOf({ key, etag, attributes }: Described, bytes: number): Sidecar {
  return { key, bytes, etag, ...attributes };
}
