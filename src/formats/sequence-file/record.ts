import { recordAt } from "../../model/records.ts";
import type { TakenRecords } from "../held-records.ts";
import { KEY_BYTES, valueBytes } from "./block.ts";
import type { ValueType } from "./value.ts";

/** Where a file without compression stands. */
export interface RecordPosition {
  at: number;
  lastSync: number;
}

/**
 *     record   sync, where the last one is `SYNC_INTERVAL_BYTES` behind; length of key and value (int32 BE),
 *              length of the key (int32 BE), key, value
 */
export function plainRecords(
  records: TakenRecords,
  places: readonly number[],
  position: RecordPosition,
  { value, sync }: { readonly value: ValueType; readonly sync: Buffer },
): Buffer {
  const sizes = places.map((place) => LENGTHS_BYTES + KEY_BYTES + valueBytes(recordAt(records, place).length, value));
  const bytesMax = sizes.reduce((sum, size) => sum + size + sync.length, 0);
  const bytes = Buffer.allocUnsafe(bytesMax);
  let at = 0;
  for (const [index, place] of places.entries()) {
    if (position.at + at - position.lastSync >= SYNC_INTERVAL_BYTES) {
      at += sync.copy(bytes, at);
      position.lastSync = position.at + at;
    }
    const record = recordAt(records, place);
    at = bytes.writeInt32BE((sizes[index] ?? 0) - LENGTHS_BYTES, at);
    at = bytes.writeInt32BE(KEY_BYTES, at);
    at = bytes.writeBigInt64BE(BigInt(records.arrivalsMs[place] ?? 0), at);
    at = value.writeLength(bytes, record.length, at);
    at += record.copy(bytes, at);
  }
  position.at += at;
  return bytes.subarray(0, at);
}

const LENGTHS_BYTES = 8;

/** How far apart Hadoop 3 puts its markers (SequenceFile.SYNC_INTERVAL). */
const SYNC_INTERVAL_BYTES = 100 * 1024;
