import { z } from "zod";
import type { EncoderOptions, Format, ParcelEncoder } from "../format.ts";
import { GatheringEncoder } from "../gathering-encoder.ts";
import { RowObjectWriter } from "../row-object-writer.ts";
import { jsonRowOptions, schemaOrInfer } from "../rows/json-row-options.ts";
import { jsonRowReader } from "../rows/json-rows.ts";
import { learnSchema } from "../rows/learn-schema.ts";
import { OrcWriter } from "./orc-writer.ts";

const MIB = 1024 * 1024;

/** AWS's default is 64 MiB, for one writer; here hundreds of objects may be open at once, each with a stripe in memory. */
const STRIPE_BYTES_DEFAULT = 16 * MIB;
const STRIPE_BYTES_MIN = 64 * 1024;
const STRIPE_BYTES_MAX = 512 * MIB;

/** AWS's default and least (Firehose API, OrcSerDe), which are those of Hive. */
const ROW_INDEX_STRIDE_DEFAULT = 10_000;
const ROW_INDEX_STRIDE_MIN = 1_000;

const optionsSchema = z.strictObject({
  schema: schemaOrInfer,
  json: jsonRowOptions,
  compression: z
    .enum(["none", "snappy", "zlib"])
    .default("snappy")
    .meta({ description: "How streams are compressed, in chunks of 256 KiB." }),
  stripeBytes: z.int().min(STRIPE_BYTES_MIN).max(STRIPE_BYTES_MAX).default(STRIPE_BYTES_DEFAULT).meta({
    description: "Compressed bytes after which a stripe is written; an open object takes that much memory.",
  }),
  rowIndexStride: z
    .int()
    .min(ROW_INDEX_STRIDE_MIN)
    .default(ROW_INDEX_STRIDE_DEFAULT)
    .meta({ description: "Rows of a row group, which readers can skip by its statistics." }),
  bloomFilterColumns: z
    .array(z.string())
    .optional()
    .meta({ description: "Taken so that settings written for AWS are valid; no Bloom filters are written." }),
  formatVersion: z
    .literal("V0_12")
    .default("V0_12")
    .meta({ description: "Version of the file; 0.11 is not written, since nothing reads only that." }),
});

/** ORC files, written stripe by stripe. Compression happens inside, so that of the stream has to be none. */
export const orcFormat: Format = {
  type: "orc",
  summary: "Apache ORC: typed columns from JSON records, in stripes with row indexes and statistics.",
  contentType: "application/vnd.apache.orc",
  rejects: true,
  compressions: ["none"],
  optionsSchema,
  learn: learnSchema,
  extension: () => ".orc",
  contentEncoding: () => undefined,
  open: openOrc,
};

function openOrc({ options, sink }: EncoderOptions): ParcelEncoder {
  const { schema, json, compression, stripeBytes, rowIndexStride } = optionsSchema.parse(options);
  if (schema === "infer") throw new TypeError("Expected a schema that was learnt before the first record, got infer");
  const writer = new OrcWriter({
    columns: schema.columns,
    compression: compression === "none" ? undefined : compression,
    stripeBytes,
    rowIndexStride,
  });
  return new GatheringEncoder(new RowObjectWriter(jsonRowReader(schema, json), writer), sink);
}
