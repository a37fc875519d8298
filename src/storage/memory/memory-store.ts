import { createHash } from "node:crypto";
import type { Clock } from "../../std/clock.ts";
import { compareKeys } from "../compare-keys.ts";
import {
  type ByteRange,
  type ListOptions,
  type MultipartUploads,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PutObject,
  type StoreCapabilities,
} from "../object-store.ts";
import { readBody } from "../read-body.ts";
import { refuseAborted } from "../refuse-aborted.ts";
import { MemoryUploads } from "./memory-uploads.ts";

/**
 * Buckets in a map. For tests and simulations, where it also plays the stores that honour less than they should: every
 * capability can be switched off.
 */
export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Present = bodies above `putBytesMax` must come in parts. */
  readonly multipart?: { readonly putBytesMax: number; readonly partBytes: number };
  /** What the store honours. Default: everything. */
  readonly capabilities?: Partial<StoreCapabilities>;
}

interface StoredObject {
  readonly info: ObjectInfo;
  readonly bytes: Buffer;
}

export class MemoryStore implements ObjectStore {
  readonly type = "memory";
  readonly multipart?: MultipartUploads;
  readonly #clock: Clock;
  readonly #capabilities: StoreCapabilities;
  readonly #putBytesMax: number;
  readonly #buckets = new Map<string, Map<string, StoredObject>>();

  constructor(options: MemoryStoreOptions) {
    this.#clock = options.clock;
    this.#putBytesMax = options.multipart?.putBytesMax ?? Number.POSITIVE_INFINITY;
    const everything = { conditionalPut: true, conditionalComplete: true, keepsMetadata: true };
    this.#capabilities = { ...everything, ...options.capabilities };
    if (options.multipart) {
      const conditional = this.#capabilities.conditionalComplete;
      this.multipart = new MemoryUploads({
        ...options.multipart,
        clock: options.clock,
        bucketExists: (bucket) => this.#buckets.has(bucket),
        finish: (request, bytes) => this.#write(request, bytes, conditional),
      });
    }
  }

  async ensureBucket(bucket: string): Promise<void> {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  async probe(bucket: string): Promise<StoreCapabilities> {
    this.#objects(bucket);
    return this.#capabilities;
  }

  async put(request: PutObject): Promise<ObjectInfo> {
    refuseAborted(request.signal);
    const { bytes } = request.body;
    if (bytes > this.#putBytesMax) {
      const message = `Expected at most ${this.#putBytesMax} bytes in one put, got ${bytes}: send larger bodies in parts`;
      throw new ObjectStoreError("rejected", message, { storeCode: "EntityTooLarge" });
    }
    const pieces: Buffer[] = [];
    for await (const piece of readBody(request.body)) pieces.push(piece);
    return this.#write(request, Buffer.concat(pieces), this.#capabilities.conditionalPut);
  }

  async head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    return this.#buckets.get(bucket)?.get(key)?.info;
  }

  async get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    const found = this.#objects(bucket).get(key);
    if (!found) throw new ObjectStoreError("not-found", `No object ${key} in bucket ${bucket}`);
    const bytes = range ? found.bytes.subarray(range.start, range.end) : found.bytes;
    return (async function* () {
      if (bytes.length > 0) yield Buffer.from(bytes);
    })();
  }

  async *list(bucket: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    const { prefix = "", after = "" } = options;
    const objects = this.#objects(bucket);
    for (const key of [...objects.keys()].sort(compareKeys)) {
      const found = objects.get(key);
      if (found && key.startsWith(prefix) && compareKeys(key, after) > 0) yield found.info;
    }
  }

  async delete(bucket: string, key: string): Promise<void> {
    this.#objects(bucket).delete(key);
  }

  async setStorageClass(bucket: string, { key, etag }: ObjectInfo, storageClass: string): Promise<boolean> {
    const objects = this.#objects(bucket);
    const found = objects.get(key);
    if (found?.info.etag !== etag) return false;
    // As on S3, where this is a copy: the object counts as written now.
    objects.set(key, { ...found, info: { ...found.info, storageClass, modifiedAt: this.#clock.now() } });
    return true;
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  #objects(bucket: string): Map<string, StoredObject> {
    const objects = this.#buckets.get(bucket);
    if (!objects) throw new ObjectStoreError("no-such-bucket", `No bucket ${bucket}: make it before writing to it`);
    return objects;
  }

  #write(request: Omit<PutObject, "body">, bytes: Buffer, conditional: boolean): ObjectInfo {
    const { bucket, key, contentType, contentEncoding, storageClass } = request;
    const objects = this.#objects(bucket);
    if (key === "") throw new ObjectStoreError("invalid-key", "Expected a key of at least one byte, got an empty one");
    if (request.onlyIfAbsent && conditional && objects.has(key)) {
      throw new ObjectStoreError("exists", `Bucket ${bucket} already holds an object ${key}`);
    }
    const info: ObjectInfo = {
      key,
      bytes: bytes.length,
      etag: createHash("sha256").update(bytes).digest("hex").slice(0, 32),
      modifiedAt: this.#clock.now(),
      contentType,
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      ...(storageClass === undefined ? {} : { storageClass }),
      metadata: this.#capabilities.keepsMetadata ? { ...request.metadata } : {},
    };
    objects.set(key, { info, bytes });
    return info;
  }
}
