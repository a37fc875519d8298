import { z } from "zod";
import { IdentityWriter, type RecordIdentities } from "../../model/identified-records.ts";
import type { PackedRecords } from "../../model/records.ts";
import type { ByteSink, EncodeReport, Format, ParcelEncoder } from "../format.ts";
import { giveBackChunks, HeldChunks } from "../held-chunks.ts";

/**
 * The parcels of targets that take records one by one: bytes as they are, each with its identity. Never seen outside the
 * delivery, so it is in no list that people choose from.
 */
export const identifiedRecordsFormat: Format = {
  type: "identified-records",
  summary: "Records with their identities, between delivery and destination.",
  contentType: "application/octet-stream",
  rejects: false,
  optionsSchema: z.strictObject({}),
  compressions: ["none"],
  extension: () => "",
  contentEncoding: () => undefined,
  open: ({ sink }) => new IdentifiedRecordsEncoder(sink),
};

class IdentifiedRecordsEncoder implements ParcelEncoder {
  readonly nativeBytes = 0;
  readonly #sink: ByteSink;
  readonly #held = new HeldChunks();
  readonly #writer = new IdentityWriter();
  #beingWrittenBytes = 0;
  #encodedBytes = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  get heldBytes(): number {
    return this.#held.bytes + this.#beingWrittenBytes;
  }

  get encodedBytes(): number {
    return this.#encodedBytes;
  }

  add(
    records: PackedRecords,
    arrivalsMs: number | readonly number[] = 0,
    identities: RecordIdentities = { offsets: { first: 0 } },
  ): void {
    this.#writer.write(records, arrivalsMs, identities, (source, start, end) => this.#held.hold(source, start, end));
  }

  async drain(): Promise<void> {
    const chunks = this.#held.take();
    this.#beingWrittenBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (chunks.length > 0) await this.#sink.write(chunks);
    this.#encodedBytes += this.#beingWrittenBytes;
    this.#beingWrittenBytes = 0;
    giveBackChunks(chunks);
  }

  async finish(): Promise<EncodeReport> {
    await this.drain();
    return { rejects: [] };
  }
}
