import type { LogReader } from "../log/log.ts";
import { arrivalOf, type Batch, recordAt, recordCount } from "../model/records.ts";

/** What somebody who looks at a stream is shown of its log. */
export interface NewestRequest {
  /** Only records from this offset on: what a caller who has seen some is still to see. */
  readonly from?: number;
  /** Most records, the last of them. */
  readonly records: number;
  /** Most bytes of each; what is longer is cut. */
  readonly recordBytes: number;
}

export interface NewestRecords {
  /** Oldest first. */
  readonly records: readonly NewestRecord[];
  /** From where on to ask next. */
  readonly next: number;
  /** Records between `from` and the first one here that were passed over, because there were too many. */
  readonly skipped: number;
}

export interface NewestRecord {
  readonly offset: number;
  readonly arrivalMs: number;
  /** The whole record's size. */
  readonly size: number;
  /** Its beginning. */
  readonly bytes: Buffer;
  /** Only this delivery sees it: it was redriven, or read back from the lake. */
  readonly onlyDelivery?: string;
}

/** What one call takes from the disk at most: a few of the largest batches that producers send. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** One read: a batch is at least read whole. */
const READ_BYTES = 1024 * 1024;

/** The newest records that the log still holds. Large records may fill the bytes of one call: the next one goes on behind them. */
export async function readNewest(reader: LogReader, request: NewestRequest): Promise<NewestRecords> {
  const { end } = reader;
  const wanted = Math.min(Math.max(request.from ?? reader.start, reader.start), end);
  const first = Math.max(wanted, end - request.records);
  const lease = reader.lease(first);
  const records: NewestRecord[] = [];
  try {
    let next = first;
    for (let bytes = 0; next < end && bytes < LOG_BYTES_MAX; ) {
      const batches = await reader.read(next, READ_BYTES);
      if (batches.length === 0) break;
      for (const batch of batches) {
        bytes += batch.bytes.length;
        for (let index = Math.max(0, next - batch.firstOffset); index < recordCount(batch); index++) {
          const offset = batch.firstOffset + index;
          if (offset < end) records.push(recordOf(batch, index, request.recordBytes));
        }
        next = Math.min(end, batch.firstOffset + recordCount(batch));
      }
      reader.recycle(batches);
    }
    return { records, next, skipped: request.from === undefined ? 0 : Math.max(0, first - request.from) };
  } finally {
    lease.release();
  }
}

/** A copy: the log takes the memory of its batches back. */
function recordOf(batch: Batch, index: number, bytesMax: number): NewestRecord {
  const whole = recordAt(batch, index);
  return {
    offset: batch.firstOffset + index,
    arrivalMs: arrivalOf(batch, index),
    size: whole.length,
    bytes: Buffer.from(whole.subarray(0, bytesMax)),
    ...(batch.onlyDelivery !== undefined && { onlyDelivery: batch.onlyDelivery }),
  };
}
