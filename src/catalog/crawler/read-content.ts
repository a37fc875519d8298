import { AVRO_MAGIC, readAvroSchema } from "../../formats/avro/read-schema.ts";
import { decompress, detectCompression, type ReadableCompression } from "../../formats/compression/decompress.ts";
import { readOrcSchema } from "../../formats/orc/read-schema.ts";
import { PARQUET_MAGIC, PARQUET_TAIL_BYTES, readParquetSchema } from "../../formats/parquet/read-schema.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { Content, ContentForm } from "./content.ts";
import { FOOTER_BYTES_MAX, SAMPLE_BYTES, SAMPLE_PLAIN_BYTES, TAIL_BYTES } from "./crawler-limits.ts";
import { type CsvHeader, readCsvSample } from "./csv-sample.ts";
import { hiveColumns } from "./hive-columns.ts";
import { readJsonSample } from "./json-sample.ts";
import { logColumns, readLogSample } from "./log-sample.ts";
import { type TextSample, textSample, unknownContent } from "./text-sample.ts";

/** Any object: how long it is, and how to read a part of it. */
export interface ReadableObject {
  readonly bytes: number;
  read(start: number, end: number): Promise<Buffer>;
}

/**
 * What an object is, told from its content: names and Content-Encoding are often wrong in the wild. Magic numbers come
 * first, since nothing else begins with them; then JSON, which is strict; then access logs; then delimiters, which nearly
 * any text has. Reads a bounded part of the object, its start and where the format wants it its end.
 *
 * Throws `unknown-content`, `damaged-object`, `unsupported-compression`, and what `read` throws.
 */
export async function readContent(object: ReadableObject, options: ReadOptions = {}): Promise<Content> {
  const head = await object.read(0, Math.min(object.bytes, SAMPLE_BYTES));
  const compression = await detectCompression(head);
  if (compression !== "none") {
    const whole = head.length >= object.bytes;
    const { plain, complete } = await unpackSample(head, whole);
    if (magicOf(plain) !== undefined) throw unknownContent(`text below ${compression}, got another binary format`);
    return textContent(textSample(plain, complete), compression, options);
  }
  switch (magicOf(head)) {
    case "parquet":
      return columnar({ format: "parquet" }, await parquetColumns(object));
    case "orc":
      return columnar({ format: "orc" }, await orcColumns(object));
    case "avro": {
      const { columns, text } = readAvroSchema(head);
      return columnar({ format: "avro", schema: text }, columns);
    }
    case "sequence-file": {
      const content = columnar({ format: "sequence-file" }, []);
      return { ...content, warnings: ["Columns of a SequenceFile are not in the file: name them in the table"] };
    }
    default:
      return textContent(textSample(head, head.length >= object.bytes), "none", options);
  }
}

export interface ReadOptions {
  readonly csvHeader?: CsvHeader;
}

type Magic = Exclude<ContentForm["format"], "json" | "csv" | "log">;

const SEQUENCE_FILE_VERSIONS = [4, 5, 6];

function magicOf(head: Buffer): Magic | undefined {
  if (head.subarray(0, 4).toString("latin1") === PARQUET_MAGIC) return "parquet";
  if (head.subarray(0, 3).toString("latin1") === "ORC") return "orc";
  if (head.subarray(0, 4).equals(AVRO_MAGIC)) return "avro";
  const isSequenceFile =
    head.subarray(0, 3).toString("latin1") === "SEQ" && SEQUENCE_FILE_VERSIONS.includes(head[3] ?? 0);
  return isSequenceFile ? "sequence-file" : undefined;
}

function columnar(form: ContentForm, columns: readonly Column[]): Content {
  return { compression: "none", form, columns: hiveColumns(columns), warnings: [] };
}

/**
 * Plain bytes of the start of a compressed object. One that goes on behind the sample ends in the middle of a block, which
 * is no damage as long as something came out before.
 */
async function unpackSample(
  head: Buffer,
  whole: boolean,
): Promise<{ readonly plain: Buffer; readonly complete: boolean }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of decompress(chunksOf(head), { outputBytesMax: Number.POSITIVE_INFINITY })) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= SAMPLE_PLAIN_BYTES) return { plain: Buffer.concat(parts), complete: false };
    }
  } catch (error) {
    if (whole || bytes === 0) throw error;
    return { plain: Buffer.concat(parts), complete: false };
  }
  return { plain: Buffer.concat(parts), complete: whole };
}

/** In small pieces: what follows the piece that fills the sample is never unpacked. */
function* chunksOf(head: Buffer): Generator<Buffer> {
  const CHUNK_BYTES = 64 * 1024;
  for (let at = 0; at < head.length; at += CHUNK_BYTES) yield head.subarray(at, at + CHUNK_BYTES);
}

function textContent(sample: TextSample, compression: ReadableCompression, options: ReadOptions): Content {
  if (sample.text.trim() === "") throw unknownContent("content, got nothing but blanks");
  const json = readJsonSample(sample);
  if (json !== undefined) {
    const { layout, columns, malformed } = json;
    const warnings = [
      ...(layout === "lines"
        ? []
        : [`JSON documents do not stand one per line (${layout}): Athena, Hive and Spark read one document per line`]),
      ...(malformed === 0 ? [] : [`${malformed} lines of the sample are no JSON`]),
    ];
    return { compression, form: { format: "json", layout }, columns: hiveColumns(columns), warnings };
  }
  const pattern = readLogSample(sample);
  if (pattern !== undefined) {
    return { compression, form: { format: "log", pattern }, columns: logColumns(pattern), warnings: [] };
  }
  const csv = readCsvSample(sample, options.csvHeader);
  if (csv === undefined)
    throw unknownContent("JSON, an access log or at least two lines with delimiters, got other text");
  return { compression, form: csv.form, columns: hiveColumns(csv.columns), warnings: [] };
}

async function parquetColumns(object: ReadableObject): Promise<readonly Column[]> {
  const tail = await readTail(object, TAIL_BYTES);
  const end = tail.subarray(-PARQUET_TAIL_BYTES);
  if (end.length < PARQUET_TAIL_BYTES || end.subarray(4).toString("latin1") !== PARQUET_MAGIC) {
    throw new LakehoseError("damaged-object", "Expected PAR1 at the end of a Parquet file: it may have been cut off");
  }
  const bytes = end.readUInt32LE(0) + PARQUET_TAIL_BYTES;
  const footer = bytes <= tail.length ? tail : await readTail(object, bytes);
  return readParquetSchema(footer.subarray(-bytes, -PARQUET_TAIL_BYTES));
}

async function orcColumns(object: ReadableObject): Promise<readonly Column[]> {
  const found = readOrcSchema(await readTail(object, TAIL_BYTES));
  if ("columns" in found) return found.columns;
  const again = readOrcSchema(await readTail(object, found.tailBytes));
  if ("columns" in again) return again.columns;
  throw new LakehoseError("damaged-object", "Expected an ORC footer of the length that its post script says");
}

async function readTail(object: ReadableObject, bytes: number): Promise<Buffer> {
  const wanted = Math.min(object.bytes, bytes);
  if (wanted <= FOOTER_BYTES_MAX && (bytes <= object.bytes || bytes <= TAIL_BYTES)) {
    return object.read(object.bytes - wanted, object.bytes);
  }
  const message = `Expected a footer within the file and of at most ${FOOTER_BYTES_MAX} bytes, got ${bytes}`;
  throw new LakehoseError("damaged-object", message);
}
