import { z } from "zod";
import type { Format } from "../format.ts";
import { GatheringEncoder } from "../gathering-encoder.ts";
import { jsonRowOptions, schemaOrInfer } from "../rows/json-row-options.ts";
import { learnSchema } from "../rows/learn-schema.ts";
import type { CopyOrder } from "./copy-statement.ts";
import { ParquetWriter } from "./parquet-writer.ts";
import { readFileChunks } from "./spill.ts";

const optionsSchema = z.strictObject({
  schema: schemaOrInfer,
  json: jsonRowOptions,
  compression: z
    .enum(["snappy", "gzip", "zstd", "none"])
    .default("snappy")
    .meta({ description: "Compression of the pages, inside the file." }),
  rowGroupBytes: z
    .int()
    .min(1024)
    .optional()
    .meta({ description: "Size of a row group, measured in JSON; bounded by memory." }),
  rowGroupRows: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .meta({ description: "Most rows of a row group. Default: 20,480." }),
  pageBytes: z
    .int()
    .min(1024)
    .optional()
    .meta({ description: "Taken and not used: DuckDB chooses the size of pages." }),
  dictionary: z
    .boolean()
    .default(true)
    .meta({ description: "Write columns with few different values as a dictionary." }),
  writerVersion: z.enum(["v1", "v2"]).default("v1").meta({
    description:
      "Taken, and files are always `v1`: of the `v2` that DuckDB writes some columns are read by DuckDB alone.",
  }),
  timestamps: z.enum(["int96", "micros"]).default("micros").meta({
    description:
      "How timestamps are stored: as INT64 that count microseconds, or as INT96 for readers that know nothing else.",
  }),
});

/** Columns for analysts: JSON records as rows of a schema. */
export const parquetFormat: Format = {
  type: "parquet",
  summary: "Apache Parquet: JSON records as rows of a schema, in columns, compressed inside the file.",
  contentType: "application/vnd.apache.parquet",
  rejects: true,
  compressions: ["none"],
  optionsSchema,
  extension: () => ".parquet",
  contentEncoding: () => undefined,
  learn: learnSchema,
  open: ({ options, sink, scratch }) => {
    const { schema, json, compression, rowGroupBytes, rowGroupRows, dictionary, timestamps } =
      optionsSchema.parse(options);
    if (schema === "infer") throw new TypeError("Expected a schema that was learnt before the first record, got infer");
    const layout = { compression, rowGroupBytes, rowGroupRows, dictionary };
    const objectChunks = timestamps === "int96" ? int96Chunks : readFileChunks;
    const writer = new ParquetWriter({ schema, json, layout, scratch, copy: copyWithDuckdb, objectChunks });
    return new GatheringEncoder(writer, sink);
  },
};

/** Loaded by those who have such timestamps. */
async function* int96Chunks(path: string): AsyncGenerator<readonly Buffer[]> {
  const { int96ObjectChunks } = await import("./int96-object.ts");
  yield* int96ObjectChunks(path);
}

async function copyWithDuckdb(order: CopyOrder): Promise<void> {
  const { copyStatement, copyThreads } = await import("./copy-statement.ts");
  const { runDuckdb } = await import("./duckdb.ts");
  return runDuckdb(copyStatement(order), { columns: order.columns.length, threads: copyThreads(order) });
}
