import { LakehoseError } from "../model/errors.ts";

/**
 * Buckets with objects: a local folder (`disk/`), any S3-compatible store (`s3/`), a map (`memory/`, for tests).
 *
 * What delivery needs of a store is small and strict: an object is visible whole or not at all, a write with
 * `onlyIfAbsent` never replaces what is there, and `head` tells after any doubt whose object it is. `probe` says what the
 * store really honours. Every failure is an `ObjectStoreError`; after a time-out the effect may still come, minutes later.
 */
export interface ObjectStore {
  readonly type: string;
  /** Makes the bucket when the store may do so (disk, memory); on S3 a missing bucket is `no-such-bucket`. */
  ensureBucket(bucket: string): Promise<void>;
  /** Finds out with a throw-away key whether a second conditional write is refused. Remembered per bucket. */
  probe(bucket: string): Promise<StoreCapabilities>;
  /** Writes one object, whole. Stores with `multipart` take bodies up to `multipart.putBytesMax` here. */
  put(request: PutObject): Promise<ObjectInfo>;
  head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | undefined>;
  /**
   * Makes sure that an object which `head` found survives a power loss, before anybody counts on it: a predecessor may
   * have died between making it visible and making it durable. Absent where visible means durable.
   */
  settle?(bucket: string, key: string): Promise<void>;
  /** The object's bytes, or those of a range; `end` is exclusive, and what lies beyond the object's end is left out. */
  get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>>;
  /** Objects in key order. Keys compare as UTF-8 bytes. */
  list(bucket: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** An absent object is no error. */
  delete(bucket: string, key: string): Promise<void>;
  /**
   * The same for an object that is still as it was described; false where it has become another or is gone. Absent where
   * the store has no such request: `deleteUnchanged` then asks first.
   */
  deleteUnchanged?(bucket: string, object: ObjectInfo): Promise<boolean>;
  /** Moves an object that is still as it was described to another class; false where it has become another or is gone. */
  setStorageClass?(bucket: string, object: ObjectInfo, storageClass: string): Promise<boolean>;
  /** Absent on stores that take any size in one `put`. */
  readonly multipart?: MultipartUploads;
  close(): Promise<void>;
}

export interface MultipartUploads {
  /** Bodies above this size go in parts. */
  readonly putBytesMax: number;
  /** Size of each part but the last. */
  readonly partBytes: number;
  create(request: Omit<PutObject, "body">): Promise<string>;
  /** Parts are numbered from 1. Resolves to the part's etag. */
  uploadPart(upload: UploadRef, partNumber: number, bytes: Buffer, signal?: AbortSignal): Promise<string>;
  /** With `onlyIfAbsent`, fails with `exists` when the key is taken. `no-such-upload` is no verdict: ask `head`. */
  complete(upload: UploadRef, etags: readonly string[], request: Omit<PutObject, "body">): Promise<ObjectInfo>;
  /** Aborts until no part is left. An unknown upload is no error. */
  abort(upload: UploadRef): Promise<void>;
  listUploads(bucket: string, prefix: string): AsyncIterable<UploadRef & { readonly startedAt: number }>;
}

export interface UploadRef {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

export interface PutObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: ObjectBody;
  /** Fail with `exists` rather than replace. */
  readonly onlyIfAbsent: boolean;
  readonly contentType: string;
  readonly contentEncoding?: string;
  /** User metadata: lower-case ASCII names, ASCII values, 2 KB in all. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  /** Canned ACL, such as `bucket-owner-full-control`. */
  readonly acl?: string;
  readonly encryption?: ObjectEncryption;
  /** Ends the wait for an answer. What was asked for may have happened all the same: `unknown-outcome`. */
  readonly signal?: AbortSignal;
}

export type ObjectEncryption =
  | { readonly type: "sse-s3" }
  | { readonly type: "sse-kms"; readonly keyArn?: string }
  /** The customer's 256-bit key, base64. */
  | { readonly type: "sse-c"; readonly key: string };

/** Bytes that can be read again for each attempt. */
export interface ObjectBody {
  readonly bytes: number;
  /** CRC-32 of all bytes (RFC 1952, 8), as S3 knows it. */
  readonly checksum: number;
  /** A file that holds exactly these bytes, synced, which a store on the same file system may `link` instead of copying. */
  readonly file?: string;
  read(start: number, length: number): Promise<Buffer>;
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ListOptions {
  readonly prefix?: string;
  /** Only keys after this one. */
  readonly after?: string;
}

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly versionId?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Absent = the default, `STANDARD`. */
  readonly storageClass?: string;
  /** Absent where it takes another request to know them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Empty where a listing does not carry it. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoreCapabilities {
  /** A conditional PUT on a taken key is refused. Where false, delivery asks first and the guarantees page says what may double. */
  readonly conditionalPut: boolean;
  readonly conditionalComplete: boolean;
  /** User metadata comes back with `head`. Where false, an object is recognised by its bytes. */
  readonly keepsMetadata: boolean;
}

/**
 * `exists`: the key is taken (412). `conflict`: another conditional write is under way (409): ask `head`, then retry.
 * `unknown-outcome`: no answer, or one that says nothing; the effect may have happened or may still come.
 */
export type ObjectStoreErrorCode =
  | "exists"
  | "conflict"
  | "not-found"
  | "no-such-bucket"
  | "no-such-upload"
  | "denied"
  | "throttled"
  | "unavailable"
  | "unknown-outcome"
  | "invalid-key"
  | "disk-full"
  | "rejected";

/** The codes after which the same call may succeed without anybody changing anything. */
const RETRIABLE: ReadonlySet<ObjectStoreErrorCode> = new Set<ObjectStoreErrorCode>([
  "conflict",
  "throttled",
  "unavailable",
  "unknown-outcome",
  "disk-full",
]);

export class ObjectStoreError extends LakehoseError {
  override readonly name = "ObjectStoreError";
  /** The store's own code, such as `AccessDenied`, for logs. */
  readonly storeCode: string;

  constructor(
    code: ObjectStoreErrorCode,
    message: string,
    options: ErrorOptions & { readonly retriable?: boolean; readonly storeCode?: string } = {},
  ) {
    super(code, message, { ...options, retriable: options.retriable ?? RETRIABLE.has(code) });
    this.storeCode = options.storeCode ?? code;
  }
}
