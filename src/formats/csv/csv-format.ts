import { z } from "zod";
import { CompressedText } from "../compressed-text.ts";
import { compressions } from "../compression/registry.ts";
import type { EncoderOptions, Format, ParcelEncoder } from "../format.ts";
import { GatheringEncoder } from "../gathering-encoder.ts";
import { RowObjectWriter } from "../row-object-writer.ts";
import { jsonRowOptions, schemaOrInfer } from "../rows/json-row-options.ts";
import { jsonRowReader } from "../rows/json-rows.ts";
import { learnSchema } from "../rows/learn-schema.ts";
import type { Row } from "../rows/row.ts";
import { CsvLines } from "./csv-lines.ts";

const optionsSchema = z.strictObject({
  schema: schemaOrInfer,
  json: jsonRowOptions,
  header: z.boolean().default(true).meta({ description: "Names of the columns in the first line." }),
  delimiter: z
    .string()
    .length(1)
    .refine((text) => !/["\r\n]/.test(text), "Expected a delimiter that is neither a quote nor a line break")
    .default(",")
    .meta({ description: "Character between fields.", examples: ["\t"] }),
  quoting: z
    .enum(["minimal", "all"])
    .default("minimal")
    .meta({ description: "Which fields stand in quotes: those that need them, or all but nulls." }),
  nullText: z
    .string()
    .max(16)
    .regex(/^[^"\r\n]*$/)
    .default("")
    .meta({
      description: "What stands for null, without quotes; a text that is the same is quoted.",
      examples: ["\\N"],
    }),
  lineEnd: z
    .enum(["\n", "\r\n"])
    .default("\n")
    .meta({ description: "What ends a line: LF, which most tools expect, or the CRLF of RFC 4180." }),
});

/** Columns as text for tools that read nothing else. */
export const csvFormat: Format = {
  type: "csv",
  summary: "CSV (RFC 4180): columns from JSON records, with a header and quotes where they are needed.",
  contentType: "text/csv",
  rejects: true,
  optionsSchema: optionsSchema.refine(({ delimiter, nullText }) => !nullText.includes(delimiter), {
    path: ["nullText"],
    error: "Expected a text for null without the delimiter in it",
  }),
  extension: ({ type }) => `.csv${compressions[type].extension}`,
  contentEncoding: ({ type }) => compressions[type].contentEncoding,
  learn: learnSchema,
  open: openCsv,
};

function openCsv({ options, compression, seed, sink }: EncoderOptions): ParcelEncoder {
  const { schema, json, header, ...rules } = optionsSchema.parse(options);
  if (schema === "infer") throw new TypeError("Expected a schema that was learnt before the first record, got infer");
  const output = new CompressedText(compression, seed);
  const lines = new CsvLines(schema.columns, rules);
  if (header) output.add(lines.header());
  const rows = {
    get retainedBytes() {
      return output.retainedBytes;
    },
    row: (row: Row) => output.add(lines.row(row)),
    settle: () => output.settle(),
    end: () => output.end(),
  };
  return new GatheringEncoder(new RowObjectWriter(jsonRowReader(schema, json), rows), sink);
}
