import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Clock } from "../../std/clock.ts";
import {
  type MultipartUploads,
  type ObjectInfo,
  ObjectStoreError,
  type PutObject,
  type UploadRef,
} from "../object-store.ts";
import { checkKey } from "./check-key.ts";
import { bareEtag, decodeKey } from "./s3-answers.ts";
import type { S3Caller } from "./s3-caller.ts";
import { customerKeyFields, objectFields } from "./s3-fields.ts";

type ObjectRequest = Omit<PutObject, "body">;

/** Aborts of one upload: S3 asks to repeat while parts that were under way still arrive. */
const ABORTS_MAX = 10;
const ABORT_WAIT_MS = 500;

export interface S3UploadsOptions {
  readonly caller: S3Caller;
  readonly clock: Clock;
  readonly putBytesMax: number;
  readonly partBytes: number;
  readonly customerKey: string | undefined;
  head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | undefined>;
  /** False on stores that refuse the header itself. */
  sendsConditions(bucket: string): boolean;
}

/** Multipart uploads of an S3-compatible store. */
export class S3Uploads implements MultipartUploads {
  readonly putBytesMax: number;
  readonly partBytes: number;
  readonly #options: S3UploadsOptions;
  readonly #caller: S3Caller;

  constructor(options: S3UploadsOptions) {
    this.#options = options;
    this.#caller = options.caller;
    this.putBytesMax = options.putBytesMax;
    this.partBytes = options.partBytes;
  }

  async create(request: ObjectRequest): Promise<string> {
    checkKey(request.key);
    const operation = { name: "CreateMultipartUpload", bucket: request.bucket, key: request.key, writes: true };
    const command = new CreateMultipartUploadCommand(objectFields(request, this.#options.customerKey));
    const { UploadId } = await this.#caller.call(operation, (s3, options) => s3.send(command, options), request.signal);
    if (UploadId === undefined) throw unreadable(operation.name, "an upload id");
    return UploadId;
  }

  async uploadPart(upload: UploadRef, partNumber: number, bytes: Buffer, signal?: AbortSignal): Promise<string> {
    const operation = { name: "UploadPart", bucket: upload.bucket, key: upload.key, writes: true };
    const command = new UploadPartCommand({
      ...uploadFields(upload),
      PartNumber: partNumber,
      Body: bytes,
      ...customerKeyFields(this.#options.customerKey),
    });
    const { ETag } = await this.#caller.call(operation, (s3, options) => s3.send(command, options), signal);
    if (ETag === undefined) throw unreadable(operation.name, "an etag");
    return bareEtag(ETag);
  }

  async complete(upload: UploadRef, etags: readonly string[], request: ObjectRequest): Promise<ObjectInfo> {
    const operation = { name: "CompleteMultipartUpload", bucket: upload.bucket, key: upload.key, writes: true };
    const conditional = request.onlyIfAbsent && this.#options.sendsConditions(upload.bucket);
    const command = new CompleteMultipartUploadCommand({
      ...uploadFields(upload),
      MultipartUpload: { Parts: etags.map((etag, index) => ({ ETag: `"${etag}"`, PartNumber: index + 1 })) },
      ...(conditional ? { IfNoneMatch: "*" } : {}),
      ...customerKeyFields(this.#options.customerKey),
    });
    const answer = await this.#caller.call(operation, (s3, options) => s3.send(command, options), request.signal);
    // S3 may send the head of a 200 before it knows the end; without an etag the body was not a completion.
    if (answer.ETag === undefined) throw unreadable(operation.name, "an etag");
    const written = await this.#options.head(upload.bucket, upload.key, request.signal);
    if (written === undefined) throw unreadable("HeadObject after a completion", "the object");
    return written;
  }

  async abort(upload: UploadRef): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if ((await this.#abortOnce(upload)) === "gone") return;
      if (attempt === ABORTS_MAX) {
        const message = `Upload ${upload.uploadId} of ${upload.key} still holds parts after ${ABORTS_MAX} aborts`;
        throw new ObjectStoreError("unavailable", message);
      }
      await this.#options.clock.sleep(ABORT_WAIT_MS);
    }
  }

  async *listUploads(bucket: string, prefix: string): AsyncGenerator<UploadRef & { readonly startedAt: number }> {
    const operation = { name: "ListMultipartUploads", bucket, key: "", writes: false };
    let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const input = { Bucket: bucket, Prefix: prefix, EncodingType: "url" as const, ...from };
      const page = await this.#caller.call(operation, (s3) => s3.send(new ListMultipartUploadsCommand(input)));
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        const key = Key === undefined ? undefined : decodeKey(Key, page.EncodingType);
        if (key === undefined || UploadId === undefined || !key.startsWith(prefix)) continue;
        yield { bucket, key, uploadId: UploadId, startedAt: Initiated?.getTime() ?? 0 };
      }
      if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
      from = { KeyMarker: decodeKey(page.NextKeyMarker, page.EncodingType) };
      if (page.NextUploadIdMarker !== undefined) from.UploadIdMarker = page.NextUploadIdMarker;
    }
  }

  async #abortOnce(upload: UploadRef): Promise<"gone" | "holds parts"> {
    const operation = { name: "AbortMultipartUpload", bucket: upload.bucket, key: upload.key, writes: true };
    const fields = uploadFields(upload);
    try {
      await this.#caller.call(operation, (s3) => s3.send(new AbortMultipartUploadCommand(fields)));
      const reading = { ...operation, name: "ListParts", writes: false };
      const { Parts } = await this.#caller.call(reading, (s3) => s3.send(new ListPartsCommand(fields)));
      return (Parts ?? []).length === 0 ? "gone" : "holds parts";
    } catch (error) {
      const unknown = error instanceof ObjectStoreError && ["no-such-upload", "not-found"].includes(error.code);
      if (unknown) return "gone";
      throw error;
    }
  }
}

function uploadFields(upload: UploadRef) {
  return { Bucket: upload.bucket, Key: upload.key, UploadId: upload.uploadId };
}

function unreadable(operation: string, expected: string): ObjectStoreError {
  return new ObjectStoreError("unknown-outcome", `Expected ${expected} in the answer to ${operation}, found none`);
}
