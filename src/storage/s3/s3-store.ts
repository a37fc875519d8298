import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type StorageClass,
} from "@aws-sdk/client-s3";
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
import { checkKey } from "./check-key.ts";
import { bareEtag, decodeKey } from "./s3-answers.ts";
import { S3Caller } from "./s3-caller.ts";
import type { S3Operation } from "./s3-errors.ts";
import { copyKeyFields, customerKeyFields, objectFields } from "./s3-fields.ts";
import { makeS3Client, PART_BYTES, PUT_BYTES_MAX, type S3StoreOptions } from "./s3-options.ts";
import { probeBucket } from "./s3-probe.ts";
import { S3Uploads } from "./s3-uploads.ts";

/** S3's limit of one copy; larger objects would have to be copied in parts. */
const COPY_BYTES_MAX = 5 * 1024 ** 3;

/**
 * Any S3-compatible store.
 *
 * Constraints. One call is one request (s3-options.ts says why the SDK must not repeat). An answer that does not prove
 * what happened is `unknown-outcome` (s3-errors.ts). Conditions are sent with every write that asks for them, whether or
 * not the probe found them honoured: a store that honours them only sometimes is still better off with them; only a
 * store that refuses the header itself is spared it.
 *
 * Bodies up to `putBytesMax` are held in memory and sent in one PUT; larger ones go through `multipart` (s3-uploads.ts).
 */
export class S3Store implements ObjectStore {
  readonly type = "s3";
  readonly multipart: S3Uploads;
  readonly #options: S3StoreOptions;
  readonly #caller: S3Caller;
  readonly #probes = new Map<string, Promise<StoreCapabilities>>();
  readonly #refusesConditions = new Set<string>();

  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#caller = new S3Caller(makeS3Client(options));
    this.multipart = new S3Uploads({
      caller: this.#caller,
      clock: options.clock,
      putBytesMax: options.putBytesMax ?? PUT_BYTES_MAX,
      partBytes: options.partBytes ?? PART_BYTES,
      customerKey: options.customerKey,
      sendsConditions: (bucket) => !this.#refusesConditions.has(bucket),
      head: (bucket, key, signal) => this.head(bucket, key, signal),
    });
  }

  /** S3 makes no buckets on the side. A store that lets us write but not ask (403) is taken at its word later. */
  async ensureBucket(bucket: string): Promise<void> {
    const operation = reading("HeadBucket", bucket);
    try {
      await this.#caller.call(operation, (s3) => s3.send(new HeadBucketCommand({ Bucket: bucket })));
    } catch (error) {
      if (!(error instanceof ObjectStoreError) || error.code === "denied") return;
      if (error.code !== "not-found") throw error;
      const message = `No bucket ${bucket} at ${this.#options.endpoint ?? "Amazon S3"}: make it, or correct its name`;
      throw new ObjectStoreError("no-such-bucket", message, { cause: error, storeCode: "NoSuchBucket" });
    }
  }

  probe(bucket: string): Promise<StoreCapabilities> {
    const remembered = this.#probes.get(bucket);
    if (remembered) return remembered;
    const probing = this.#probe(bucket).catch((error: unknown) => {
      this.#probes.delete(bucket);
      throw error;
    });
    this.#probes.set(bucket, probing);
    return probing;
  }

  async put(request: PutObject): Promise<ObjectInfo> {
    const { bucket, key, body } = request;
    checkKey(key);
    refuseAborted(request.signal);
    if (body.bytes > this.multipart.putBytesMax) throw tooLarge(body.bytes, this.multipart.putBytesMax);
    const pieces: Buffer[] = [];
    for await (const piece of readBody(body)) pieces.push(piece);
    const conditional = request.onlyIfAbsent && !this.#refusesConditions.has(bucket);
    const command = new PutObjectCommand({
      ...objectFields(request, this.#options.customerKey),
      Body: Buffer.concat(pieces),
      // Known since the bytes were encoded: what changed on any way since then is refused by the store.
      ChecksumCRC32: wordOf(body.checksum),
      ...(conditional ? { IfNoneMatch: "*" } : {}),
    });
    const operation = { name: "PutObject", bucket, key, writes: true };
    const answer = await this.#caller.call(operation, (s3, options) => s3.send(command, options), request.signal);
    const { contentType, contentEncoding, metadata } = request;
    return {
      key,
      bytes: body.bytes,
      etag: bareEtag(answer.ETag),
      modifiedAt: this.#options.clock.now(),
      ...(answer.VersionId === undefined ? {} : { versionId: answer.VersionId }),
      contentType,
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      metadata,
    };
  }

  async head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | undefined> {
    checkKey(key);
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ...this.#customerKey() });
    try {
      const call = this.#caller.call(
        reading("HeadObject", bucket, key),
        (s3, options) => s3.send(command, options),
        signal,
      );
      const found = await call;
      return {
        key,
        bytes: found.ContentLength ?? 0,
        etag: bareEtag(found.ETag),
        modifiedAt: found.LastModified?.getTime() ?? 0,
        ...(found.VersionId === undefined ? {} : { versionId: found.VersionId }),
        ...(found.ContentType === undefined ? {} : { contentType: found.ContentType }),
        ...(found.ContentEncoding === undefined ? {} : { contentEncoding: found.ContentEncoding }),
        ...(found.StorageClass === undefined ? {} : { storageClass: found.StorageClass }),
        metadata: found.Metadata ?? {},
      };
    } catch (error) {
      if (error instanceof ObjectStoreError && ["not-found", "no-such-bucket"].includes(error.code)) return undefined;
      throw error;
    }
  }

  async get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    checkKey(key);
    if (range && range.end <= range.start) return nothing();
    const wanted = range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {};
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...wanted, ...this.#customerKey() });
    const operation = reading("GetObject", bucket, key);
    try {
      const { Body } = await this.#caller.call(operation, (s3) => s3.send(command));
      return this.#pieces(operation, Body as AsyncIterable<Buffer> | undefined);
    } catch (error) {
      if (error instanceof ObjectStoreError && error.storeCode === "InvalidRange") return nothing();
      throw error;
    }
  }

  async *list(bucket: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    const { prefix = "", after } = options;
    const operation = reading("ListObjectsV2", bucket);
    const start = after === undefined ? {} : { StartAfter: after };
    const input = { Bucket: bucket, Prefix: prefix, EncodingType: "url" as const, ...start };
    for (let token: string | undefined; ; ) {
      const from = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.#caller.call(operation, (s3) => s3.send(new ListObjectsV2Command({ ...input, ...from })));
      for (const { Key, Size, ETag, LastModified, StorageClass: storageClass } of page.Contents ?? []) {
        if (Key === undefined) continue;
        const key = decodeKey(Key, page.EncodingType);
        const modifiedAt = LastModified?.getTime() ?? 0;
        const known = storageClass === undefined ? {} : { storageClass };
        yield { key, bytes: Size ?? 0, etag: bareEtag(ETag), modifiedAt, metadata: {}, ...known };
      }
      if (!page.IsTruncated || page.NextContinuationToken === undefined) return;
      token = page.NextContinuationToken;
    }
  }

  async delete(bucket: string, key: string): Promise<void> {
    checkKey(key);
    const operation = { name: "DeleteObject", bucket, key, writes: true };
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
    try {
      await this.#caller.call(operation, (s3) => s3.send(command));
    } catch (error) {
      if (!(error instanceof ObjectStoreError && error.code === "not-found")) throw error;
    }
  }

  /**
   * A copy onto itself, which is how S3 changes a class: metadata and tags stay, its time of modification is that of the
   * copy, and an ACL of its own is lost.
   */
  async setStorageClass(bucket: string, { key, etag, bytes }: ObjectInfo, storageClass: string): Promise<boolean> {
    checkKey(key);
    if (bytes > COPY_BYTES_MAX) throw tooLarge(bytes, COPY_BYTES_MAX);
    const command = new CopyObjectCommand({
      Bucket: bucket,
      Key: key,
      CopySource: `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`,
      CopySourceIfMatch: `"${etag}"`,
      StorageClass: storageClass as StorageClass,
      ...copyKeyFields(this.#options.customerKey),
    });
    try {
      await this.#caller.call({ name: "CopyObject", bucket, key, writes: true }, (s3) => s3.send(command));
      return true;
    } catch (error) {
      if (error instanceof ObjectStoreError && ["exists", "not-found"].includes(error.code)) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#caller.close();
  }

  async #probe(bucket: string): Promise<StoreCapabilities> {
    const found = await probeBucket(this, bucket, this.#options.random, () => this.#refusesConditions.add(bucket));
    this.#options.telemetry.emit("storage.probed", { store: this.type, bucket, ...found });
    return found;
  }

  #customerKey() {
    return customerKeyFields(this.#options.customerKey);
  }

  async *#pieces(operation: S3Operation, body: AsyncIterable<Buffer> | undefined): AsyncGenerator<Buffer> {
    if (body === undefined) return;
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#caller.call(operation, () => pieces.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await pieces.return?.();
    }
  }
}

function reading(name: string, bucket: string, key = ""): S3Operation {
  return { name, bucket, key, writes: false };
}

async function* nothing(): AsyncGenerator<Buffer> {
  // An empty range has no pieces.
}

function tooLarge(bytes: number, bytesMax: number): ObjectStoreError {
  const message = `Expected at most ${bytesMax} bytes in one put, got ${bytes}: send larger bodies in parts`;
  return new ObjectStoreError("rejected", message, { storeCode: "EntityTooLarge" });
}

/** Four bytes, big-endian, in base64, as S3 wants them. */
function wordOf(checksum: number): string {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(checksum);
  return word.toString("base64");
}
