import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Clock } from "../../std/clock.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { type ObjectBody, type ObjectStore, ObjectStoreError, type PutObject } from "../../storage/object-store.ts";
import { type WriteObject, writeObject } from "../../storage/write-object.ts";
import type { ResultColumn, ResultRow } from "../engine/query-engine.ts";
import { QueryError } from "../query-error.ts";
import { cellText } from "./cell-text.ts";
import { type Execution, hasHeading, resultFormOf } from "./execution.ts";
import { isPadded, paddedLine } from "./padded-lines.ts";
import { type ResultForm, type TextRow, writeRow } from "./result-text.ts";

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
  /** Objects that the rows were written to, for statements that write some. */
  readonly written?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

const ROWS_AT_ONCE = 1_000;

/**
 * Writes a result to its bucket: the description of its columns first, then the rows, so that who sees the rows sees all
 * there is. Both objects are whole or not there. Resolves to the size of the rows.
 */
export async function publishResult(result: PublishedResult, options: PublishOptions): Promise<number> {
  const { execution, columns, written, signal } = result;
  const { bucket, key } = execution.object;
  const path = join(options.directory, execution.id);
  const file = await options.disk.open(path, "create");
  try {
    const body = await writeBody(result, file);
    const store = options.storeFor(bucket);
    const describing = bytesBody(Buffer.from(`${JSON.stringify({ columns })}\n`));
    const settings = { bucket, ...storedAs(execution), metadata: {}, signal };
    const description = { ...settings, key: `${key}.metadata`, body: describing, contentType: "application/json" };
    await writeIntoBucket(store, description, options);
    if (written !== undefined) {
      const names = bytesBody(Buffer.from(written.map((name) => `${name}\n`).join("")));
      const manifest = { ...settings, key: manifestOf(execution).key, body: names, contentType: "text/csv" };
      await writeObject(store, manifest, options);
    }
    const contentType = TYPES[resultFormOf(execution.statement)];
    await writeObject(store, { ...settings, key, body, contentType }, options);
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

/** Where the names of the objects stand that a statement has written. */
export function manifestOf({ object: { bucket, key }, id }: Execution): Execution["object"] {
  return { bucket, key: `${key.slice(0, key.lastIndexOf("/") + 1)}${id}-manifest.csv` };
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
  const toLine = isPadded(heading) ? paddedLine : (row: TextRow) => row;
  if (hasHeading(execution.statement)) await write(writeRow(form, heading));
  for (let from = 0; ; ) {
    signal.throwIfAborted();
    const some = await rows(from, ROWS_AT_ONCE);
    if (some.length === 0) break;
    from += some.length;
    const texts = some.map((row) =>
      writeRow(form, toLine(row.map((value, index) => cellText(value, columns[index]?.type ?? "")))),
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

/** Who names a place that is not there yet wants it to be: the bucket is made where the store may do so. */
async function writeIntoBucket(store: ObjectStore, request: WriteObject, options: PublishOptions): Promise<void> {
  try {
    await writeObject(store, request, options);
  } catch (error) {
    if (!(error instanceof ObjectStoreError && error.code === "no-such-bucket")) throw error;
    await store.ensureBucket(request.bucket);
    await writeObject(store, request, options);
  }
}
