import { recordAt } from "../../model/records.ts";
import type { TakenRecords } from "../held-records.ts";
import type { Codec } from "./codec.ts";
import type { ValueType } from "./value.ts";
import { vint, vintBytes, writeVint } from "./writable.ts";

/**
 *     block    sync, count of records (VInt), then four buffers, each compressed on its own behind its length (VInt):
 *              key lengths (VInts), keys, value lengths (VInts), values
 */
export async function block(
  records: TakenRecords,
  places: readonly number[],
  { value, codec, sync }: BlockOptions,
): Promise<Buffer[]> {
  const buffers = [keyLengths(places), keys(records, places), valueLengths(records, places, value)];
  const packed = await Promise.all([...buffers, values(records, places, value)].map((one) => codec.compress(one)));
  const framed = packed.flatMap((chunks) => [vint(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), ...chunks]);
  return [sync, vint(places.length), ...framed];
}

export interface BlockOptions {
  readonly value: ValueType;
  readonly codec: Codec;
  readonly sync: Buffer;
}

/** Bytes of a LongWritable. */
export const KEY_BYTES = 8;

function keyLengths(places: readonly number[]): Buffer {
  return Buffer.alloc(places.length, KEY_BYTES);
}

function keys(records: TakenRecords, places: readonly number[]): Buffer {
  const bytes = Buffer.alloc(places.length * KEY_BYTES);
  for (const [index, place] of places.entries()) {
    bytes.writeBigInt64BE(BigInt(records.arrivalsMs[place] ?? 0), index * KEY_BYTES);
  }
  return bytes;
}

function valueLengths(records: TakenRecords, places: readonly number[], value: ValueType): Buffer {
  const lengths = places.map((place) => valueBytes(recordAt(records, place).length, value));
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + vintBytes(length), 0));
  let at = 0;
  for (const length of lengths) at = writeVint(bytes, length, at);
  return bytes;
}

function values(records: TakenRecords, places: readonly number[], value: ValueType): Buffer {
  let size = 0;
  for (const place of places) size += valueBytes(recordAt(records, place).length, value);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const place of places) {
    const record = recordAt(records, place);
    at = value.writeLength(bytes, record.length, at);
    at += record.copy(bytes, at);
  }
  return bytes;
}

export function valueBytes(recordBytes: number, value: ValueType): number {
  return value.lengthBytes(recordBytes) + recordBytes;
}
