import type { EncodeReject, Format, Scratch } from "../../src/formats/format.ts";
import type { CompressionSpec } from "../../src/model/delivery-definition.ts";
import { packRecords } from "../../src/model/records.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { noScratch } from "../fakes/scratch.ts";

export interface Encoded {
  readonly object: Buffer;
  readonly rejects: readonly EncodeReject[];
}

export interface EncodeObjectOptions {
  readonly options?: JsonObject;
  readonly compression?: CompressionSpec;
  readonly seed?: string;
  readonly scratch?: Scratch;
  /** When the records of a batch came. */
  readonly arrivalMs?: (batch: number) => number;
}

/** One object of these records, with a drain after each batch. */
export async function encodeObject(
  format: Format,
  batches: readonly (readonly (Buffer | string)[])[],
  { options = {}, compression = { type: "none" }, seed = "seed", scratch = noScratch, arrivalMs }: EncodeObjectOptions,
): Promise<Encoded> {
  const chunks: Buffer[] = [];
  const sink = {
    write: async (more: readonly Buffer[]) => {
      chunks.push(Buffer.concat(more));
    },
  };
  const encoder = format.open({ options, compression, seed, sink, scratch });
  for (const [index, batch] of batches.entries()) {
    encoder.add(packRecords(batch.map((record) => Buffer.from(record))), arrivalMs?.(index));
    await encoder.drain();
  }
  const { rejects } = await encoder.finish();
  return { object: Buffer.concat(chunks), rejects };
}
