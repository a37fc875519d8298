import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import type { CommittedBatch } from "../../model/kafka/committed-batches.ts";
import { type PackedRecords, packRecords } from "../../model/records.ts";

/** Records for one append, and the offset behind the last of them. */
export interface PackedPiece {
  readonly records: PackedRecords;
  readonly next: bigint;
}

/** The bytes of a record as they are stored; `undefined` leaves it out. */
export type ShapeRecord = (record: KafkaRecord, batch: RecordsBatch) => Buffer | undefined;

/** Large enough that syncs are few, small beside the bytes in flight that the server allows; a larger record goes alone. */
const PIECE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The hot path. Values are views on what the socket gave; they are copied once, into the buffer that the log writes. What an
 * answer unpacks to has no limit that we could set, so it goes to the log in pieces.
 */
export function* packBatches(batches: readonly CommittedBatch[], shape: ShapeRecord): Generator<PackedPiece> {
  let piece: Buffer[] = [];
  let bytes = 0;
  let next = 0n;
  for (const { batch, records } of batches) {
    for (const record of records) {
      const shaped = shape(record, batch);
      if (shaped === undefined) continue;
      if (piece.length > 0 && bytes + shaped.length > PIECE_BYTES_MAX) {
        yield { records: packRecords(piece), next };
        piece = [];
        bytes = 0;
      }
      piece.push(shaped);
      bytes += shaped.length;
      next = batch.firstOffset + BigInt(record.offsetDelta) + 1n;
    }
  }
  if (piece.length > 0) yield { records: packRecords(piece), next };
}
