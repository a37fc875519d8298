import { createHash } from "node:crypto";
import type { Clock } from "../../std/clock.ts";
import { compareKeys } from "../compare-keys.ts";
import {
  type MultipartUploads,
  type ObjectInfo,
  ObjectStoreError,
  type PutObject,
  type UploadRef,
} from "../object-store.ts";
import { refuseAborted } from "../refuse-aborted.ts";

type ObjectRequest = Omit<PutObject, "body">;

export interface MemoryUploadsOptions {
  readonly clock: Clock;
  readonly putBytesMax: number;
  readonly partBytes: number;
  bucketExists(bucket: string): boolean;
  /** Makes the object visible, or fails because it is there. */
  finish(request: ObjectRequest, bytes: Buffer): ObjectInfo;
}

interface Upload extends UploadRef {
  readonly startedAt: number;
  readonly request: ObjectRequest;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** Uploads in parts whose object appears at completion, all at once. */
export class MemoryUploads implements MultipartUploads {
  readonly putBytesMax: number;
  readonly partBytes: number;
  readonly #options: MemoryUploadsOptions;
  readonly #uploads = new Map<string, Upload>();
  #started = 0;

  constructor(options: MemoryUploadsOptions) {
    this.#options = options;
    this.putBytesMax = options.putBytesMax;
    this.partBytes = options.partBytes;
  }

  async create(request: ObjectRequest): Promise<string> {
    const { bucket, key } = request;
    if (!this.#options.bucketExists(bucket)) throw new ObjectStoreError("no-such-bucket", `No bucket ${bucket}`);
    this.#started += 1;
    const uploadId = `upload-${this.#started}`;
    const startedAt = this.#options.clock.now();
    this.#uploads.set(uploadId, { bucket, key, uploadId, startedAt, request, parts: new Map() });
    return uploadId;
  }

  async uploadPart(upload: UploadRef, partNumber: number, bytes: Buffer, signal?: AbortSignal): Promise<string> {
    refuseAborted(signal);
    const etag = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    this.#find(upload).parts.set(partNumber, { bytes: Buffer.from(bytes), etag });
    return etag;
  }

  async complete(upload: UploadRef, etags: readonly string[], request: ObjectRequest): Promise<ObjectInfo> {
    const found = this.#find(upload);
    const pieces = etags.map((etag, index) => {
      const part = found.parts.get(index + 1);
      if (part?.etag !== etag) {
        const message = `Part ${index + 1} of upload ${upload.uploadId} was never sent with etag ${etag}`;
        throw new ObjectStoreError("rejected", message, { storeCode: "InvalidPart" });
      }
      return part.bytes;
    });
    const info = this.#options.finish({ ...found.request, onlyIfAbsent: request.onlyIfAbsent }, Buffer.concat(pieces));
    this.#uploads.delete(upload.uploadId);
    return info;
  }

  async abort(upload: UploadRef): Promise<void> {
    this.#uploads.delete(upload.uploadId);
  }

  async *listUploads(bucket: string, prefix: string): AsyncGenerator<UploadRef & { readonly startedAt: number }> {
    const found = [...this.#uploads.values()].filter((one) => one.bucket === bucket && one.key.startsWith(prefix));
    for (const { key, uploadId, startedAt } of found.sort((left, right) => compareKeys(left.key, right.key))) {
      yield { bucket, key, uploadId, startedAt };
    }
  }

  #find(upload: UploadRef): Upload {
    const found = this.#uploads.get(upload.uploadId);
    if (found && found.bucket === upload.bucket && found.key === upload.key) return found;
    throw new ObjectStoreError("no-such-upload", `No upload ${upload.uploadId} of ${upload.key} in ${upload.bucket}`);
  }
}
