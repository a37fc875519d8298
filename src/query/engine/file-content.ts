import { readAvroRows } from "../../formats/avro/read-rows.ts";
import { decompress } from "../../formats/compression/decompress.ts";
import { readOrcRows } from "../../formats/orc/read-rows.ts";
import { readSequenceValues } from "../../formats/sequence-file/read-values.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { unsupported } from "../query-error.ts";
import { CanonicalJson } from "./canonical-json.ts";
import type { StoredFile } from "./location.ts";
import { namesInFiles, type TableReader } from "./table-reader.ts";

/** An object as bytes that DuckDB reads: Parquet as it is, text unpacked and JSON in its canonical form, all else as JSON. */
export async function* fileContent(
  file: StoredFile,
  reader: TableReader,
  columns: readonly Column[],
  plainBytesMax: number,
): AsyncGenerator<Buffer> {
  switch (reader.format) {
    case "parquet":
      yield* await stored(file);
      return;
    case "avro":
      yield* readAvroRows(await stored(file), columns);
      return;
    case "orc":
      yield* readOrcRows({ bytes: file.object.bytes, read: (start, end) => readRange(file, start, end) }, columns);
      return;
    case "json": {
      const canonical = new CanonicalJson(namesInFiles(reader, columns));
      for await (const chunk of lines(file, reader, plainBytesMax)) yield joined(canonical.push(chunk));
      return;
    }
    default:
      yield* lines(file, reader, plainBytesMax);
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}

function stored({ store, bucket, object }: StoredFile): Promise<AsyncIterable<Buffer>> {
  return store.get(bucket, object.key);
}

async function readRange({ store, bucket, object }: StoredFile, start: number, end: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await store.get(bucket, object.key, { start, end })) parts.push(part);
  return Buffer.concat(parts);
}

type LineReader = Extract<TableReader, { readonly lines: unknown }>;

async function* lines(file: StoredFile, reader: LineReader, plainBytesMax: number): AsyncGenerator<Buffer> {
  if (reader.lines === "text") {
    yield* decompress(await stored(file), { outputBytesMax: plainBytesMax });
    return;
  }
  for await (const values of readSequenceValues(await stored(file))) {
    yield Buffer.concat(values.flatMap((value) => [asLine(value, reader), LINE_FEED]));
  }
}

const LINE_FEED = Buffer.from("\n");

/** A value may end with a line feed of its own. One inside would make two rows of it, but in JSON, where it is a blank. */
function asLine(value: Buffer, { format }: LineReader): Buffer {
  const end = value.at(-1) === LINE_FEED[0] ? value.length - 1 : value.length;
  const line = value.subarray(0, end);
  if (format !== "json" && line.includes("\n")) {
    throw unsupported("A line feed inside a value of a SequenceFile", "keep such values as JSON");
  }
  return line;
}
