import { createHash } from "node:crypto";
import type { Schema } from "../../model/schema/column-type.ts";
import type { RowSink } from "../row-object-writer.ts";
import type { Row } from "../rows/row.ts";
import type { AvroCodec } from "./avro-codec.ts";
import { avroSchema } from "./avro-schema.ts";
import { rowWriter } from "./avro-values.ts";
import { ByteWriter } from "./byte-writer.ts";

/**
 * An Avro object container file:
 *
 *     file     "Obj", version 1, metadata (map of bytes: schema and codec), sync marker, blocks
 *     block    count of rows (long), size (long), rows, compressed together; sync marker
 *
 * A block holds what came between two settlings. The sync marker comes from the seed.
 */
export class AvroWriter implements RowSink {
  readonly #codec: AvroCodec;
  readonly #header: Buffer;
  readonly #syncMarker: Buffer;
  readonly #block = new ByteWriter();
  readonly #writeRow: (row: Row) => void;
  #rows = 0;
  #opened = false;

  constructor({ schema, codec, seed }: AvroWriterOptions) {
    this.#codec = codec;
    this.#syncMarker = createHash("sha256").update(`avro sync ${seed}`).digest().subarray(0, SYNC_MARKER_BYTES);
    this.#header = headerOf(schema, codec, this.#syncMarker);
    this.#writeRow = rowWriter(schema.columns, this.#block);
  }

  get retainedBytes(): number {
    return this.#block.length;
  }

  row(row: Row): void {
    this.#writeRow(row);
    this.#rows++;
  }

  async settle(): Promise<readonly Buffer[]> {
    const opening = this.#opened ? [] : [this.#header];
    this.#opened = true;
    if (this.#rows === 0) return opening;
    const packed = await this.#codec.compress(this.#block.take());
    const lengths = new ByteWriter();
    lengths.long(this.#rows);
    lengths.long(packed.length);
    this.#rows = 0;
    return [...opening, lengths.take(), packed, this.#syncMarker];
  }

  async *end(): AsyncGenerator<readonly Buffer[]> {
    yield await this.settle();
  }
}

export interface AvroWriterOptions {
  readonly schema: Schema;
  readonly codec: AvroCodec;
  readonly seed: string;
}

const SYNC_MARKER_BYTES = 16;
const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 1]);

function headerOf(schema: Schema, codec: AvroCodec, syncMarker: Buffer): Buffer {
  const output = new ByteWriter();
  const metadata = {
    "avro.schema": JSON.stringify(avroSchema(schema.columns, schema.table?.tableName ?? "row")),
    "avro.codec": codec.name,
  };
  output.long(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    output.text(key);
    output.bytes(Buffer.from(value));
  }
  output.byte(0);
  return Buffer.concat([MAGIC, output.take(), syncMarker]);
}
