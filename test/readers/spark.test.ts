import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { avroCompressions } from "../../src/formats/avro/avro-codec.ts";
import { avroFormat } from "../../src/formats/avro/avro-format.ts";
import { csvFormat } from "../../src/formats/csv/csv-format.ts";
import { fieldText } from "../../src/formats/csv/field.ts";
import type { Format } from "../../src/formats/format.ts";
import { jsonLinesFormat } from "../../src/formats/json-lines/json-lines-format.ts";
import { orcFormat } from "../../src/formats/orc/orc-format.ts";
import { parquetFormat } from "../../src/formats/parquet/parquet-format.ts";
import { jsonRowOptions } from "../../src/formats/rows/json-row-options.ts";
import { jsonRowReader } from "../../src/formats/rows/json-rows.ts";
import type { Cell } from "../../src/formats/rows/row.ts";
import { codecCompressions } from "../../src/formats/sequence-file/codec.ts";
import { sequenceFileFormat } from "../../src/formats/sequence-file/sequence-file-format.ts";
import type { CompressionSpec } from "../../src/model/delivery-definition.ts";
import type { ColumnType } from "../../src/model/schema/column-type.ts";
import { formatHiveType } from "../../src/model/schema/hive-type.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { temporaryScratch } from "../fakes/scratch.ts";
import { encodeObject } from "./encode-object.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema, plainCell } from "./row-corpus.ts";

/** What data teams read a lake with: `npm run servers -- run spark -- npm run test:servers` brings it. */
const PYTHON = process.env.LAKEHOSE_TEST_SPARK;
const skip = PYTHON === undefined && "needs a Python with pyspark: its path belongs in LAKEHOSE_TEST_SPARK";

const BATCH_RECORDS = 700;
const records = Array.from({ length: 2_000 }, (_, index) => corpusRecord(index));
const batches = Array.from({ length: Math.ceil(records.length / BATCH_RECORDS) }, (_, batch) =>
  records.slice(batch * BATCH_RECORDS, (batch + 1) * BATCH_RECORDS),
);
const arrivalsMs = [1_700_000_000_123, -62_135_596_800_000, 0];

/** A file of ours, how Spark is asked to read it, and what it has to find. */
interface Reading {
  readonly name: string;
  readonly format: Format;
  readonly options?: JsonObject;
  readonly compression?: CompressionSpec;
  /** Columns for what brings no types of its own. */
  readonly schema?: string;
  readonly readerOptions?: Readonly<Record<string, string>>;
  readonly expected: () => readonly string[];
}

/** Spark has microseconds. */
const typedRows = () => records.flatMap((record) => corpusLines(record, { micros: true }));

const readings: readonly Reading[] = [
  ...["none", "snappy", "gzip", "zstd"].map((compression) => ({
    name: `Parquet with ${compression}`,
    format: parquetFormat,
    options: { schema: corpusSchema, compression, rowGroupRows: 600 },
    expected: typedRows,
  })),
  {
    name: "Parquet with INT96",
    format: parquetFormat,
    options: { schema: corpusSchema, timestamps: "int96" },
    expected: typedRows,
  },
  ...["none", "snappy", "zlib"].map((compression) => ({
    name: `ORC with ${compression}`,
    format: orcFormat,
    options: { schema: corpusSchema, compression, stripeBytes: 256 * 1024, rowIndexStride: 1000 },
    expected: typedRows,
  })),
  ...avroCompressions.map((type) => ({
    name: `Avro with ${type}`,
    format: avroFormat,
    options: { schema: corpusSchema },
    compression: { type },
    expected: typedRows,
  })),
  ...(["none", "gzip", "hadoop-snappy"] as const).map((type) => ({
    name: `JSON lines with ${type}`,
    format: jsonLinesFormat,
    options: { schema: corpusSchema },
    compression: { type },
    schema: sparkSchema(sparkType),
    expected: typedRows,
  })),
  ...(["none", "gzip"] as const).map((type) => ({
    name: `CSV with ${type}`,
    format: csvFormat,
    options: { schema: corpusSchema },
    compression: { type },
    schema: sparkSchema(csvType),
    // By default it takes an empty text, which stands in quotes, for a null as well.
    readerOptions: { header: "true", multiLine: "true", escape: '"', nullValue: "\\N" },
    expected: csvRows,
  })),
  {
    name: "CSV with tabs, quotes around everything, CRLF and no header",
    format: csvFormat,
    options: {
      schema: corpusSchema,
      nullText: "\\N",
      delimiter: "\t",
      quoting: "all",
      lineEnd: "\r\n",
      header: false,
    },
    schema: sparkSchema(csvType),
    readerOptions: { sep: "\t", multiLine: "true", escape: '"', nullValue: "\\N" },
    expected: csvRows,
  },
  ...codecCompressions.map((type) => ({
    name: `SequenceFile of bytes with ${type}`,
    format: sequenceFileFormat,
    compression: { type },
    expected: keysAndValues,
  })),
  {
    name: "SequenceFile of texts",
    format: sequenceFileFormat,
    options: { value: "text" },
    compression: { type: "gzip" },
    expected: keysAndValues,
  },
];

describe("Spark finds every value", { skip }, () => {
  const scratch = temporaryScratch();
  const paths = new Map<Reading, string>();

  before(async () => {
    const files: object[] = [];
    for (const [index, reading] of readings.entries()) {
      const { format, options = {}, compression = { type: "none" }, schema, readerOptions } = reading;
      const { object, rejects } = await encodeObject(format, batches, {
        options,
        compression,
        scratch,
        arrivalMs: (batch) => arrivalsMs[batch] ?? 0,
      });
      assert.deepEqual(rejects, []);
      const path = join(scratch.directory, `${index}${format.extension(compression)}`);
      await writeFile(path, object);
      paths.set(reading, path);
      files.push({ path, format: SPARK_FORMATS[format.type] ?? format.type, schema, options: readerOptions });
    }
    const list = join(scratch.directory, "files.json");
    await writeFile(list, JSON.stringify(files));
    const environment = { ...process.env, TZ: "UTC", SPARK_LOCAL_IP: "127.0.0.1" };
    const program = join(import.meta.dirname, "read_with_spark.py");
    await promisify(execFile)(PYTHON ?? "", [program, list], { cwd: scratch.directory, env: environment });
  });

  for (const reading of readings) {
    test(`of ${reading.name}`, async () => {
      const found = (await readFile(`${paths.get(reading)}.found`, "utf8")).split("\n").slice(0, -1);
      const expected = reading.expected();
      assert.equal(found.length, expected.length);
      for (const [index, line] of expected.entries())
        assert.deepEqual(valuesOf(found[index]), valuesOf(line), `row ${index}`);
    });
  }
});

const SPARK_FORMATS: Readonly<Record<string, string>> = { "json-lines": "json" };

/** A row, or the text of a key and a value. */
function valuesOf(line = ""): unknown {
  if (!line.startsWith("[")) return line;
  return inKeyOrder(JSON.parse(line), { kind: "struct", fields: corpusColumns });
}

/** With maps by their keys: what Spark finds in Avro has no other order. */
function inKeyOrder(value: unknown, type: ColumnType): unknown {
  if (!Array.isArray(value)) return value;
  switch (type.kind) {
    case "array":
      return value.map((one) => inKeyOrder(one, type.element));
    case "map":
      return value
        .map(([key, one]) => [key, inKeyOrder(one, type.value)])
        .sort(([one], [other]) => (one < other ? -1 : 1));
    case "struct":
      return value.map((one, index) => inKeyOrder(one, type.fields[index]?.type ?? type));
    default:
      return value;
  }
}

function sparkSchema(typeOf: (type: ColumnType) => string): string {
  return corpusColumns.map(({ name, type }) => `${name} ${typeOf(type)}`).join(", ");
}

/** In a schema that is given to it, Spark has no texts with a length. */
function sparkType(type: ColumnType): string {
  return type.kind === "varchar" || type.kind === "char" ? "string" : formatHiveType(type);
}

/** Spark's CSV has neither bytes nor values with parts: they are the texts that we wrote. */
function csvType(type: ColumnType): string {
  return isCsvText(type) ? "string" : sparkType(type);
}

function isCsvText({ kind }: ColumnType): boolean {
  return kind === "binary" || kind === "array" || kind === "map" || kind === "struct";
}

function csvRows(): readonly string[] {
  const reader = jsonRowReader({ columns: corpusColumns }, jsonRowOptions.parse({}));
  const cellOf = (cell: Cell, type: ColumnType) =>
    cell === null || !isCsvText(type) ? plainCell(cell, type, true) : fieldText(cell, type);
  return records
    .flatMap((record) => reader.read(record).rows ?? [])
    .map((row) => JSON.stringify(corpusColumns.map(({ type }, index) => cellOf(row[index] ?? null, type))));
}

function keysAndValues(): readonly string[] {
  return batches.flatMap((batch, index) => batch.map((record) => `${arrivalsMs[index]} ${record.toString("hex")}`));
}
