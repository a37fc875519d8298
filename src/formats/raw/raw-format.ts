import { z } from "zod";
import { type PackedRecords, recordCount } from "../../model/records.ts";
import { joinCrc32 } from "../../std/crc32.ts";
import type { Compressor } from "../compression/compressor.ts";
import { compressions } from "../compression/registry.ts";
import type { ByteSink, EncodeReport, EncoderOptions, Format, ParcelEncoder } from "../format.ts";
import { giveBackChunks, HeldChunks, joinChunks } from "../held-chunks.ts";

/**
 * Records one after another, as they came. Objects of AWS's unconverted streams look like this: nothing between records
 * unless the producer, or the delimiter, put it there.
 *
 * Nothing is looked at, so nothing is rejected. A drain hands everything that is held to the compressor in writes of at
 * most `WRITE_BYTES_MAX`; where writes begin and end depends on the calls alone, so that the same calls give the same
 * bytes.
 */
export const rawFormat: Format = {
  type: "raw",
  summary: "Record bytes as they came, one after another, with a delimiter between them if one is set.",
  contentType: "application/octet-stream",
  rejects: false,
  optionsSchema: z.strictObject({
    delimiter: z
      .string()
      .max(1024)
      .default("")
      .meta({ description: "Text put between records and not after the last one.", examples: ["\n"] }),
  }),
  extension: (compression) => compressions[compression.type].extension,
  contentEncoding: (compression) => compressions[compression.type].contentEncoding,
  open: (options) => new RawEncoder(options),
};

/** Bounds what one write holds in native memory; several at once let the pieces of one object share the threads. */
const WRITE_BYTES_MAX = 512 * 1024;
const WRITES_AT_ONCE = 4;

interface PackedWrite {
  readonly plain: Buffer;
  readonly packed: Promise<Buffer[]>;
  /** The plain bytes were gathered for this write alone. */
  readonly isCopy: boolean;
}

class RawEncoder implements ParcelEncoder {
  readonly #delimiter: Buffer;
  readonly #compressor: Compressor;
  readonly #compresses: boolean;
  readonly #sink: ByteSink;
  readonly #held = new HeldChunks();
  /** CRC-32 of what is held, as long as nobody has to look at it for that. */
  #heldCrc: number | undefined = 0;
  #beingEncodedBytes = 0;
  #encodedBytes = 0;
  #records = 0;
  #failure: unknown;

  constructor({ options, compression, seed, sink }: EncoderOptions) {
    const delimiter = options.delimiter;
    this.#delimiter = Buffer.from(typeof delimiter === "string" ? delimiter : "", "utf8");
    this.#compressor = compressions[compression.type].open(compression, seed);
    this.#compresses = compression.type !== "none";
    this.#sink = sink;
  }

  get heldBytes(): number {
    return this.#held.bytes + this.#beingEncodedBytes;
  }

  get nativeBytes(): number {
    return this.#compressor.nativeBytes ?? 0;
  }

  get encodedBytes(): number {
    return this.#encodedBytes;
  }

  add(records: PackedRecords): void {
    const count = recordCount(records);
    if (this.#heldCrc !== undefined) this.#heldCrc = this.#crcWith(records, this.#heldCrc);
    if (this.#delimiter.length === 0) this.#held.hold(records.bytes);
    else if (count > 0) this.#holdDelimited(records, count);
    this.#records += count;
  }

  async drain(): Promise<void> {
    this.#refuseAfterFailure();
    const chunks = this.#held.take();
    const crc = this.#heldCrc;
    this.#heldCrc = 0;
    this.#beingEncodedBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    try {
      if (this.#compresses) await this.#compress(chunks);
      else await this.#emit(chunks, crc);
      giveBackChunks(chunks);
      this.#beingEncodedBytes = 0;
    } catch (failure) {
      this.#failure = failure;
      throw failure;
    }
  }

  async finish(): Promise<EncodeReport> {
    await this.drain();
    await this.#emit(await this.#compressor.end());
    return { rejects: [] };
  }

  /** The threads have the next pieces while those before leave for the file. */
  async #compress(chunks: readonly Buffer[]): Promise<void> {
    const underWay: PackedWrite[] = [];
    for (const write of writesOf(chunks)) {
      const [oldest] = underWay.length < WRITES_AT_ONCE ? [] : underWay.splice(0, 1);
      if (oldest) await this.#emitPacked(oldest);
      const plain = joinChunks(write);
      const packed = this.#compressor.write(plain);
      // One that fails while an earlier one is awaited is met in its turn, if that comes.
      packed.catch(() => undefined);
      underWay.push({ plain, packed, isCopy: write.length > 1 });
    }
    for (const write of underWay) await this.#emitPacked(write);
  }

  async #emitPacked({ plain, packed, isCopy }: PackedWrite): Promise<void> {
    const pieces = await packed;
    if (isCopy) giveBackChunks([plain]);
    await this.#emit(pieces);
    this.#beingEncodedBytes -= plain.length;
  }

  #holdDelimited(records: PackedRecords, count: number): void {
    let start = 0;
    for (let index = 0; index < count; index++) {
      const end = records.ends[index] ?? start;
      if (index > 0 || this.#records > 0) this.#held.hold(this.#delimiter);
      this.#held.hold(records.bytes, start, end);
      start = end;
    }
  }

  #crcWith(records: PackedRecords, before: number): number | undefined {
    if (this.#compresses || this.#delimiter.length > 0 || records.crc === undefined) return undefined;
    return joinCrc32(before, records.crc, records.bytes.length);
  }

  async #emit(chunks: readonly Buffer[], crc?: number): Promise<void> {
    if (chunks.length === 0) return;
    for (const chunk of chunks) this.#encodedBytes += chunk.length;
    await this.#sink.write(chunks, crc);
  }

  /** What a failed drain took is neither held nor wholly written: such an object must not be finished. */
  #refuseAfterFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** The same bytes in writes of `WRITE_BYTES_MAX`: small chunks gather, large ones are cut. */
function* writesOf(chunks: readonly Buffer[]): Generator<Buffer[]> {
  let gathered: Buffer[] = [];
  let room = WRITE_BYTES_MAX;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + room);
      gathered.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield gathered;
      gathered = [];
      room = WRITE_BYTES_MAX;
    }
  }
  if (gathered.length > 0) yield gathered;
}
