import type { UploadRef } from "./object-store.ts";

/**
 * The local lake as a door to it needs it: what `ObjectStore` has for deliveries, and besides buckets as things, pages of
 * lists, bodies that stream, replacing under a condition, and uploads in parts. Both work on the same files, under the
 * same locks. Failures are `ObjectStoreError`s.
 */
export interface LocalLake {
  listBuckets(): Promise<readonly LakeBucket[]>;
  findBucket(bucket: string): Promise<LakeBucket | undefined>;
  /** False when it is there already. */
  createBucket(bucket: string): Promise<boolean>;
  /** False when it holds objects. Throws `no-such-bucket`. */
  deleteBucket(bucket: string): Promise<boolean>;
  /** Throws `no-such-bucket`; an absent object is `undefined`. */
  head(bucket: string, key: string): Promise<LakeObject | undefined>;
  /** The object as it is now: what replaces it meanwhile does not show. Whoever opens it closes it. */
  open(bucket: string, key: string): Promise<OpenedObject | undefined>;
  listPage(bucket: string, request: PageRequest): Promise<ListPage>;
  /**
   * Writes bytes to a synced file outside every bucket: a body on its way to becoming an object, or a part of one. Throws
   * `disk-full` where less room would be left than streams and deliveries need; with `expectedBytes` before the first byte.
   */
  receive(bytes: AsyncIterable<Uint8Array>, expectedBytes?: number): Promise<ReceivedFile>;
  /** Makes an object of what was received, replacing what is there unless `check` or `onlyIfAbsent` forbid it. */
  place(target: ObjectTarget, received: ReceivedFile): Promise<LakeObject>;
  /** Throws `not-found` for an absent object. */
  setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** An absent object is no error. Folders that become empty go with it. */
  delete(bucket: string, key: string): Promise<void>;
  readonly uploads: LakeUploads;
}

export interface LakeBucket {
  readonly name: string;
  /** When what is directly in it last changed: not every file system keeps when a folder was made. */
  readonly modifiedAt: number;
}

export interface LakeObject {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly attributes: ObjectAttributes;
}

/** What an object is beside its bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly expires?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Kept and shown: a folder has one price. Absent = `STANDARD`. */
  readonly storageClass?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** By algorithm (`crc32`), base64. */
  readonly checksums: Readonly<Record<string, string>>;
}

export interface OpenedObject {
  readonly object: LakeObject;
  /** `end` is exclusive and within the object. */
  read(start: number, end: number): AsyncIterable<Buffer>;
  /** More than once is no error. */
  close(): Promise<void>;
}

export interface PageRequest {
  readonly prefix: string;
  /** Keys that share what stands between the prefix and this text count as one entry; empty = every key is its own. */
  readonly delimiter: string;
  /** Only keys after this one, and only common prefixes after this one. */
  readonly after: string;
  readonly entriesMax: number;
}

export interface ListPage {
  /** In key order, common prefixes among them. */
  readonly entries: readonly PageEntry[];
  /** More follows after the last entry. */
  readonly truncated: boolean;
}

export type PageEntry = { readonly object: LakeObject } | { readonly commonPrefix: string };

export interface ReceivedFile {
  readonly file: string;
  readonly bytes: number;
  /** Hex. */
  readonly md5: string;
  /** Removes the file, if it has not become an object. */
  discard(): Promise<void>;
}

export interface ObjectTarget {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly attributes: ObjectAttributes;
  /** Fail with `exists` rather than replace, whoever else may write. */
  readonly onlyIfAbsent: boolean;
  /** Throws unless the object may take the place of what is there now; nobody else writes the key meanwhile. */
  check?(current: LakeObject | undefined): void;
}

/** Uploads in parts. Unknown ones are `no-such-upload`; those that nobody touches for a week are removed. */
export interface LakeUploads {
  create(bucket: string, key: string, attributes: ObjectAttributes): Promise<string>;
  find(upload: UploadRef): Promise<LakeUpload>;
  /** Replaces an earlier part of the same number. */
  putPart(upload: UploadRef, partNumber: number, received: ReceivedFile): Promise<LakePart>;
  /** By part number. */
  listParts(upload: UploadRef): Promise<readonly LakePart[]>;
  /** Makes one object of these parts, in this order, and forgets the upload. */
  complete(upload: UploadRef, parts: readonly LakePart[], target: ObjectTarget): Promise<LakeObject>;
  abort(upload: UploadRef): Promise<void>;
  /** By key, then by time. */
  list(bucket: string): Promise<readonly LakeUpload[]>;
}

export interface LakeUpload extends UploadRef {
  readonly startedAt: number;
  readonly attributes: ObjectAttributes;
}

export interface LakePart {
  readonly partNumber: number;
  /** MD5 of its bytes, hex. */
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}
