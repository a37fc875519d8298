import { join } from "node:path";
import { crc32 } from "node:zlib";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { type ObjectBody, type ObjectStore, ObjectStoreError, type PutObject } from "../../storage/object-store.ts";
import type { ResultColumn, ResultRow } from "../engine/query-engine.ts";
import { QueryError } from "../query-error.ts";
import { cellText } from "./cell-text.ts";
import { type Execution, resultFormOf } from "./execution.ts";
import { type ResultForm, writeRow } from "./result-text.ts";

export interface PublishOptions {
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** For files on their way; on the file system of the local lake. */
  readonly directory: string;
}

export interface PublishedResult {
  readonly execution: Execution;
  readonly columns: readonly ResultColumn[];
  /** Rows from this one on; none at the end. */
  rows(from: number, limit: number): Promise<readonly ResultRow[]>;
  readonly signal: AbortSignal;
}

/** Tries of one write, with waits between them, before the statement fails. */
const TRIES_MAX = 5;

const ROWS_AT_ONCE = 1_000;

/**
 * Writes a result to its bucket: the description of its columns first, then the rows, so that who sees the rows sees all
 * there is. Both objects are whole or not there. Resolves to the size of the rows. A store that cannot be reached is tried again.
 */
export async function publishResult(result: PublishedResult, options: PublishOptions): Promise<number> {
  const { execution, columns, signal } = result;
  const { bucket, key } = execution.object;
  const path = join(options.directory, execution.id);
  const file = await options.disk.open(path, "create");
  try {
    const body = await writeBody(result, file);
    const store = options.storeFor(bucket);
    const describing = bytesBody(Buffer.from(`${JSON.stringify({ columns })}\n`));
    const form = resultFormOf(execution.statement);
    await tryAgain(() => store.ensureBucket(bucket), signal, options);
    const settings = { bucket, ...storedAs(execution), onlyIfAbsent: false, metadata: {}, signal };
    const description = { ...settings, key: `${key}.metadata`, body: describing, contentType: "application/json" };
    await tryAgain(() => store.put(description), signal, options);
    await tryAgain(() => send(store, { ...settings, key, body, contentType: TYPES[form] }), signal, options);
    return body.bytes;
  } catch (error) {
    if (!(error instanceof ObjectStoreError) || signal.aborted) throw signal.aborted ? signal.reason : error;
    const message = `The result cannot be written to s3://${bucket}/${key}: ${error.message}`;
    throw new QueryError("result-store", message, { cause: error });
  } finally {
    await file.close();
    await options.disk.unlink(path);
  }
}

const TYPES: Readonly<Record<ResultForm, string>> = { csv: "text/csv", txt: "text/plain" };

function storedAs({ results: { encryption, acl } }: Execution): Partial<PutObject> {
  const { type, ...key } = encryption ?? {};
  const named = type === "sse-kms" && "keyArn" in key && key.keyArn !== undefined ? { keyArn: key.keyArn } : {};
  return {
    ...(type === "sse-s3" && { encryption: { type } }),
    ...(type === "sse-kms" && { encryption: { type, ...named } }),
    ...(acl !== undefined && { acl }),
  };
}

async function writeBody({ execution, columns, rows, signal }: PublishedResult, file: DiskFile): Promise<ObjectBody> {
  const form = resultFormOf(execution.statement);
  let bytes = 0;
  let checksum = 0;
  const write = async (text: string) => {
    const piece = Buffer.from(text);
    await file.write([piece], bytes);
    bytes += piece.length;
    checksum = crc32(piece, checksum);
  };
  const heading = columns.map(({ name }) => name);
  if (form === "csv") await write(writeRow(form, heading));
  for (let from = 0; ; ) {
    signal.throwIfAborted();
    const some = await rows(from, ROWS_AT_ONCE);
    if (some.length === 0) break;
    from += some.length;
    const texts = some.map((row) =>
      writeRow(
        form,
        row.map((value, index) => cellText(value, columns[index]?.type ?? "")),
      ),
    );
    await write(texts.join(""));
  }
  await file.datasync();
  const read = async (start: number, length: number) => {
    const piece = Buffer.alloc(length);
    return piece.subarray(0, await file.read(piece, start));
  };
  return { bytes, checksum, file: file.path, read };
}

async function send(store: ObjectStore, request: PutObject): Promise<void> {
  const { multipart } = store;
  const { body, ...rest } = request;
  if (multipart === undefined || body.bytes <= multipart.putBytesMax) {
    await store.put(request);
    return;
  }
  const upload = { bucket: rest.bucket, key: rest.key, uploadId: await multipart.create(rest) };
  try {
    const etags: string[] = [];
    for (let start = 0; start < body.bytes; start += multipart.partBytes) {
      const part = await body.read(start, Math.min(multipart.partBytes, body.bytes - start));
      etags.push(await multipart.uploadPart(upload, etags.length + 1, part, rest.signal));
    }
    await multipart.complete(upload, etags, rest);
  } catch (error) {
    // The failure itself is the one to tell of.
    await multipart.abort(upload).catch(() => undefined);
    throw error;
  }
}

/** Writing the same object twice leaves what writing it once does, so any failure that may pass is met by another try. */
async function tryAgain<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  { clock, random }: Pick<PublishOptions, "clock" | "random">,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof ObjectStoreError && error.retriable && attempt < TRIES_MAX;
      if (!passes || signal.aborted) throw error;
      await clock.sleep(backoffMs(attempt, random), signal);
    }
  }
}
