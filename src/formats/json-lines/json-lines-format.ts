import { z } from "zod";
import { recordAt } from "../../model/records.ts";
import { CompressedText } from "../compressed-text.ts";
import { compressions } from "../compression/registry.ts";
import type { EncoderOptions, Format, ParcelEncoder } from "../format.ts";
import { GatheringEncoder, type ObjectWriter, type Reject } from "../gathering-encoder.ts";
import type { TakenRecords } from "../held-records.ts";
import { rowJson } from "../row-json.ts";
import { RowObjectWriter } from "../row-object-writer.ts";
import { jsonRowOptions, schemaOrInfer } from "../rows/json-row-options.ts";
import { jsonRowReader } from "../rows/json-rows.ts";
import { learnSchema } from "../rows/learn-schema.ts";
import type { Row } from "../rows/row.ts";
import { documentsOf } from "./documents.ts";

const optionsSchema = z.strictObject({
  schema: schemaOrInfer.optional().meta({
    description: "Columns that each line has, in this order and with null where there is nothing; absent = as it came.",
  }),
  json: jsonRowOptions,
});

/** One JSON document a line, whatever stood between the documents before; what is no JSON is refused. */
export const jsonLinesFormat: Format = {
  type: "json-lines",
  summary:
    "NDJSON: each JSON document of the records on a line of its own, checked, and as columns of a schema if wanted.",
  contentType: "application/x-ndjson",
  rejects: true,
  optionsSchema,
  extension: ({ type }) => `.ndjson${compressions[type].extension}`,
  contentEncoding: ({ type }) => compressions[type].contentEncoding,
  learn: learnSchema,
  open: openJsonLines,
};

function openJsonLines({ options, compression, seed, sink }: EncoderOptions): ParcelEncoder {
  const { schema, json } = optionsSchema.parse(options);
  const output = new CompressedText(compression, seed);
  if (schema === undefined) return new GatheringEncoder(new DocumentWriter(output), sink);
  if (schema === "infer") throw new TypeError("Expected a schema that was learnt before the first record, got infer");
  const rows = {
    get retainedBytes() {
      return output.retainedBytes;
    },
    row: (row: Row) => output.add(`${rowJson(row, schema.columns)}\n`),
    settle: () => output.settle(),
    end: () => output.end(),
  };
  return new GatheringEncoder(new RowObjectWriter(jsonRowReader(schema, json), rows), sink);
}

class DocumentWriter implements ObjectWriter {
  readonly #output: CompressedText;

  constructor(output: CompressedText) {
    this.#output = output;
  }

  get retainedBytes(): number {
    return this.#output.retainedBytes;
  }

  write(records: TakenRecords, reject: Reject): Promise<Buffer[]> {
    for (let place = 0; place < records.ends.length; place++) {
      const documents = documentsOf(recordAt(records, place));
      if ("code" in documents) reject(place, documents);
      else for (const document of documents) this.#line(document);
    }
    return this.#output.settle();
  }

  end(): AsyncIterable<Buffer[]> {
    return this.#output.end();
  }

  #line(document: string | Buffer): void {
    if (typeof document === "string") this.#output.add(document);
    else this.#output.addBytes(document);
    this.#output.add("\n");
  }
}
