import { z } from "zod";
import type { EncoderOptions, Format, ParcelEncoder } from "../format.ts";
import { GatheringEncoder } from "../gathering-encoder.ts";
import { RowObjectWriter } from "../row-object-writer.ts";
import { jsonRowOptions, schemaOrInfer } from "../rows/json-row-options.ts";
import { jsonRowReader } from "../rows/json-rows.ts";
import { learnSchema } from "../rows/learn-schema.ts";
import { avroCodec, avroCompressions } from "./avro-codec.ts";
import { AvroWriter } from "./avro-writer.ts";

const optionsSchema = z.strictObject({ schema: schemaOrInfer, json: jsonRowOptions });

/** Rows with their schema beside them, for tools that stream. The compression of the stream moves inside. */
export const avroFormat: Format = {
  type: "avro",
  summary: "Avro object container files: typed rows from JSON records, compressed in blocks, with their schema.",
  contentType: "application/vnd.apache.avro",
  rejects: true,
  compressions: avroCompressions,
  optionsSchema,
  extension: () => ".avro",
  contentEncoding: () => undefined,
  learn: learnSchema,
  open: openAvro,
};

function openAvro({ options, compression, seed, sink }: EncoderOptions): ParcelEncoder {
  const { schema, json } = optionsSchema.parse(options);
  if (schema === "infer") throw new TypeError("Expected a schema that was learnt before the first record, got infer");
  const writer = new AvroWriter({ schema, codec: avroCodec(compression), seed });
  return new GatheringEncoder(new RowObjectWriter(jsonRowReader(schema, json), writer), sink);
}
