import { z } from "zod";
import { recordAt } from "../../model/records.ts";
import type { EncoderOptions, Format } from "../format.ts";
import { GatheringEncoder, type ObjectWriter, type Reject } from "../gathering-encoder.ts";
import type { TakenRecords } from "../held-records.ts";
import { block } from "./block.ts";
import { type Codec, codecCompressions, codecOf } from "./codec.ts";
import { header, syncMarkerOf, syncOf } from "./header.ts";
import { plainRecords, type RecordPosition } from "./record.ts";
import { bytesValue, textValue, type ValueType } from "./value.ts";

/**
 * Hadoop SequenceFile, version 6: the arrival time of each record as its key, the record as its value. The compression
 * of the stream moves inside, where it compresses blocks of records, so that readers can split one object among them;
 * without compression there are records and no blocks.
 *
 *     file     header, then blocks or records
 *
 * A block holds what a drain found, up to `BLOCK_BYTES`. Markers come from the seed, so that the same calls give the same
 * bytes.
 */
export const sequenceFileFormat: Format = {
  type: "sequence-file",
  summary: "Hadoop SequenceFile: the arrival time in milliseconds as key, the record as value, compressed in blocks.",
  contentType: "application/octet-stream",
  rejects: true,
  compressions: codecCompressions,
  optionsSchema: z.strictObject({
    value: z.enum(["bytes", "text"]).default("bytes").meta({
      description: "Class of the values: `bytes` for BytesWritable; `text` for Text, which refuses what is not UTF-8.",
    }),
  }),
  extension: () => ".seq",
  contentEncoding: () => undefined,
  open: (options) => new GatheringEncoder(new SequenceFileWriter(options), options.sink),
};

/** Hadoop's own limit of keys and values in a block (io.seqfile.compress.blocksize). */
const BLOCK_BYTES = 1_000_000;

class SequenceFileWriter implements ObjectWriter {
  readonly retainedBytes = 0;
  readonly #value: ValueType;
  readonly #codec: Codec | undefined;
  readonly #header: Buffer;
  readonly #sync: Buffer;
  readonly #position: RecordPosition;
  #opened = false;

  constructor({ options, compression, seed }: EncoderOptions) {
    this.#value = options.value === "text" ? textValue : bytesValue;
    this.#codec = codecOf(compression);
    const syncMarker = syncMarkerOf(seed);
    this.#sync = syncOf(syncMarker);
    this.#header = header({ valueClass: this.#value.className, codecClass: this.#codec?.className, syncMarker });
    this.#position = { at: this.#header.length, lastSync: 0 };
  }

  async write(records: TakenRecords, reject: Reject): Promise<Buffer[]> {
    const places = this.#writable(records, reject);
    const opening = this.#open();
    if (places.length === 0) return opening;
    const [value, codec, sync] = [this.#value, this.#codec, this.#sync];
    if (codec === undefined) return [...opening, plainRecords(records, places, this.#position, { value, sync })];
    const chunks = opening;
    for (const some of inBlocks(records, places)) chunks.push(...(await block(records, some, { value, codec, sync })));
    return chunks;
  }

  *end(): Generator<Buffer[]> {
    yield this.#open();
  }

  #writable(records: TakenRecords, reject: Reject): number[] {
    const places: number[] = [];
    for (let place = 0; place < records.ends.length; place++) {
      const problem = this.#value.problem(recordAt(records, place));
      if (problem === undefined) places.push(place);
      else reject(place, problem);
    }
    return places;
  }

  #open(): Buffer[] {
    if (this.#opened) return [];
    this.#opened = true;
    return [this.#header];
  }
}

function* inBlocks(records: TakenRecords, places: readonly number[]): Generator<number[]> {
  let some: number[] = [];
  let bytes = 0;
  for (const place of places) {
    some.push(place);
    bytes += recordAt(records, place).length;
    if (bytes < BLOCK_BYTES) continue;
    yield some;
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield some;
}
