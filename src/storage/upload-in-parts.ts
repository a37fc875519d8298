import { crc32 } from "node:zlib";
import { invariant } from "../std/assert.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import {
  type MultipartUploads,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PutObject,
  type UploadRef,
} from "./object-store.ts";

/**
 * A large body in parts.
 *
 *   create -> the caller notes the upload, durably if it has to outlive it -> parts, one after another -> conditional completion
 *
 * A part may be sent again: the same number replaces itself. A completion without a clear answer may have happened, may
 * still happen, or may never: the upload is aborted first, which as a rule ends "may still", and the caller asks `head`
 * after that; a completion that slips through meets the object of a later attempt and is refused. Whatever fails, the
 * upload is aborted; what a crash leaves is what the caller has noted, for a successor to abort.
 */

export interface UploadAttempt {
  readonly signal: AbortSignal;
  /** Told of the upload before its first part; a rejection ends it. */
  recordUpload(uploadId: string): Promise<void>;
}

/** Tries of one part before the whole attempt fails and the delivery's own back-off takes over. */
const PART_TRIES_MAX = 4;

/** S3's limit for parts of one upload (S3, multipart upload limits). */
const PARTS_MAX = 10_000;

export async function uploadInParts(
  store: ObjectStore,
  request: PutObject,
  attempt: UploadAttempt,
  waiting: { readonly clock: Clock; readonly random: Random },
): Promise<ObjectInfo> {
  const { multipart } = store;
  invariant(multipart, "bodies go in parts only on stores that have them");
  const { body, ...rest } = request;
  const uploadId = await multipart.create(rest);
  const upload: UploadRef = { bucket: request.bucket, key: request.key, uploadId };
  try {
    await attempt.recordUpload(uploadId);
    const etags: string[] = [];
    let checksum = 0;
    const partBytes = Math.max(multipart.partBytes, Math.ceil(body.bytes / PARTS_MAX));
    for (let start = 0; start < body.bytes; start += partBytes) {
      const bytes = await body.read(start, Math.min(partBytes, body.bytes - start));
      checksum = crc32(bytes, checksum);
      etags.push(await sendPart(multipart, upload, etags.length + 1, bytes, attempt.signal, waiting));
    }
    if (checksum !== body.checksum) throw bodyChanged(upload);
    return await multipart.complete(upload, etags, rest);
  } catch (error) {
    await giveUp(multipart, upload);
    throw error instanceof ObjectStoreError && error.code === "no-such-upload" ? lost(upload, error) : error;
  }
}

async function sendPart(
  multipart: MultipartUploads,
  upload: UploadRef,
  partNumber: number,
  bytes: Buffer,
  signal: AbortSignal,
  waiting: { readonly clock: Clock; readonly random: Random },
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await multipart.uploadPart(upload, partNumber, bytes, signal);
    } catch (error) {
      const again = error instanceof ObjectStoreError && error.retriable && attempt < PART_TRIES_MAX && !signal.aborted;
      if (!again) throw error;
      await waiting.clock.sleep(backoffMs(attempt, waiting.random), signal).catch(() => {
        throw error;
      });
    }
  }
}

/** Aborts after a failure, which stays the one to tell of: the caller has noted an upload that cannot be aborted now. */
async function giveUp(multipart: MultipartUploads, upload: UploadRef): Promise<void> {
  try {
    await multipart.abort(upload);
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
  }
}

function bodyChanged(upload: UploadRef): ObjectStoreError {
  const message = `The body of ${upload.key} has changed while it was sent: its CRC-32 is another one now`;
  return new ObjectStoreError("rejected", message);
}

/** An upload that is gone was completed, or aborted by somebody: only `head` can tell. */
function lost(upload: UploadRef, cause: ObjectStoreError): ObjectStoreError {
  const message = `Upload ${upload.uploadId} of ${upload.key} is gone: it was completed or aborted by somebody`;
  return new ObjectStoreError("unknown-outcome", message, { cause });
}
