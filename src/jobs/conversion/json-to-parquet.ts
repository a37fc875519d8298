import { join } from "node:path";
import { decompress } from "../../formats/compression/decompress.ts";
import { DRAIN_BYTES, type EncodeReject } from "../../formats/format.ts";
import { parquetFormat } from "../../formats/parquet/parquet-format.ts";
import { readSequenceValues } from "../../formats/sequence-file/read-values.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { PackedRecords } from "../../model/records.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { JsonReader } from "../../query/engine/table-reader.ts";
import type { JsonObject } from "../../std/json.ts";
import { type ObjectBody, ObjectStoreError } from "../../storage/object-store.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { parquetRows, withParquetSession } from "../rewriting/join-parquet.ts";
import { nameOf } from "../rewriting/join-text.ts";
import { type OpenedFile, readAhead } from "../rewriting/read-ahead.ts";
import { PLAIN_BYTES_MAX } from "../rewriting/rewriting-limits.ts";
import { type RewritingRun, sessionOptionsOf } from "../rewriting/rewriting-world.ts";
import { ScratchObject } from "../rewriting/scratch-object.ts";
import { textLines } from "../rewriting/text-lines.ts";

export interface JsonToParquetOptions {
  readonly reader: JsonReader;
  readonly columns: readonly Column[];
  readonly compression: "snappy" | "gzip" | "zstd" | "none";
  /** Empty, and removed by whoever made it. */
  readonly directory: string;
  readonly run: RewritingRun;
}

/** A record that is no row of the table, with the file that it is from and its place in it, from 0. */
export interface BadRecord {
  readonly file: StoredFile;
  readonly place: number;
  readonly reject: EncodeReject;
}

export interface ConvertedFiles {
  readonly body: ObjectBody;
  readonly records: number;
  /** Rows that were found in the file that was made. */
  readonly rows: number;
  readonly bad: readonly BadRecord[];
}

/** Bad records wait in memory until the file is finished. */
const BAD_BYTES_MAX = 256 * 1024 * 1024;

/** JSON files as one Parquet file, by the same rules as format conversion in streams (docs/guides/formats.md). */
export async function jsonToParquet(
  files: readonly StoredFile[],
  options: JsonToParquetOptions,
): Promise<ConvertedFiles> {
  const { reader, columns, compression, directory, run } = options;
  const path = join(directory, "converted.parquet");
  const object = await ScratchObject.create(run.disk, path);
  let scratchFiles = 0;
  const encoder = parquetFormat.open({
    options: { schema: { columns }, json: { columnToKey: reader.names }, compression } as unknown as JsonObject,
    compression: { type: "none" },
    seed: "",
    sink: { write: (chunks) => object.write(chunks) },
    scratch: { path: async (name) => join(directory, `${scratchFiles++}-${name}`) },
  });
  const counts: number[] = [];
  try {
    for await (const opened of readAhead(files)) {
      let records = 0;
      for await (const packed of recordsOf(opened, reader, run.signal)) {
        encoder.add(packed);
        records += packed.ends.length;
        if (encoder.heldBytes >= DRAIN_BYTES) await encoder.drain();
        if (encoder.nativeBytes > BAD_BYTES_MAX) throw tooManyBad(files);
      }
      counts.push(records);
    }
    const { rejects } = await encoder.finish();
    const body = await object.finish(run.disk);
    const sessionOptions = sessionOptionsOf(run, join(directory, "spill"));
    const rows = await withParquetSession(sessionOptions, [path], [], (session) => parquetRows(session, path));
    return {
      body,
      records: counts.reduce((sum, count) => sum + count, 0),
      rows,
      bad: placesOf(rejects, files, counts),
    };
  } catch (error) {
    await encoder.finish().catch(() => undefined);
    await object.close().catch(() => undefined);
    throw error;
  }
}

async function* recordsOf(
  { file, packed }: OpenedFile,
  reader: JsonReader,
  signal: AbortSignal,
): AsyncGenerator<PackedRecords> {
  const lines = textLines({ ...reader, lines: "text" });
  let begun: Buffer[] = [];
  try {
    for await (const chunk of reader.lines === "text" ? plainText(packed) : valueLines(packed)) {
      signal.throwIfAborted();
      const text = Buffer.concat([...begun, ...lines.push(chunk)]);
      // A line feed is the end of a record: inside objects there are none any more.
      const end = text.lastIndexOf("\n") + 1;
      begun = [text.subarray(end)];
      if (end > 0) yield recordsIn(text.subarray(0, end));
    }
  } catch (error) {
    if (!(error instanceof LakehoseError) || error instanceof ObjectStoreError) throw error;
    throw new FileLeftAlone(nameOf(file), error.message, { cause: error });
  }
  const last = Buffer.concat([...begun, ...lines.end()]);
  if (last.length > 0) yield recordsIn(last);
}

function plainText(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return decompress(packed, { outputBytesMax: PLAIN_BYTES_MAX });
}

/** The values of a SequenceFile, a line each. */
async function* valueLines(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const values of readSequenceValues(packed)) {
    yield Buffer.concat(values.flatMap((value) => [value, LINE_FEED]));
  }
}

const LINE_FEED = Buffer.from("\n");

/** Lines, each with its line feed, as records without; lines of blanks are none. */
function recordsIn(text: Buffer): PackedRecords {
  const records: Buffer[] = [];
  const ends: number[] = [];
  let bytes = 0;
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf("\n", from);
    const to = found === -1 ? text.length : found;
    const record = text.subarray(from, to);
    from = to + 1;
    if (record.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) continue;
    records.push(record);
    bytes += record.length;
    ends.push(bytes);
  }
  return { bytes: Buffer.concat(records), ends: Uint32Array.from(ends) };
}

function placesOf(
  rejects: readonly EncodeReject[],
  files: readonly StoredFile[],
  counts: readonly number[],
): readonly BadRecord[] {
  const bad: BadRecord[] = [];
  const inOrder = rejects.toSorted((a, b) => a.index - b.index);
  let first = 0;
  let next = 0;
  for (const [index, file] of files.entries()) {
    const end = first + (counts[index] ?? 0);
    for (let reject = inOrder[next]; reject !== undefined && reject.index < end; reject = inOrder[++next]) {
      bad.push({ file, place: reject.index - first, reject });
    }
    first = end;
  }
  return bad;
}

function tooManyBad([first]: readonly StoredFile[]): LakehoseError {
  const where = first === undefined ? "" : ` from s3://${first.bucket}/${first.object.key} on`;
  const message = `The files${where} have more than ${BAD_BYTES_MAX} bytes of records that are no rows of the table; compare its columns with the files`;
  return new LakehoseError("limit-exceeded", message);
}
