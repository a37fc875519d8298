import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import { type EnvelopeAttributes, envelope } from "../envelope.ts";
import type { SourceRun } from "../source-kind.ts";
import type { CommittedBatch } from "./committed-batches.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { type PackedPiece, packBatches, type ShapeRecord } from "./pack-records.ts";

/** Turns what was fetched of a partition into records. */
export interface RecordShaper {
  /** Pieces in the order of their offsets. Records that are left out are counted. */
  pieces(batches: readonly CommittedBatch[], topic: string, partition: number): Promise<Iterable<PackedPiece>>;
}

export function recordShaper(
  { record: shape, tombstones }: Pick<KafkaOptions, "record" | "tombstones">,
  { count }: Pick<SourceRun, "count">,
): RecordShaper {
  return {
    pieces: async (batches, topic, partition) => {
      const enveloped = (record: KafkaRecord, batch: RecordsBatch) =>
        envelope(record.value, attributesOf(record, batch, topic, partition));
      const tombstone: ShapeRecord = (record, batch) => {
        if (tombstones === "envelope") return enveloped(record, batch);
        count("tombstonesSkipped");
        return undefined;
      };
      const valued: ShapeRecord = shape === "envelope" ? enveloped : ({ value }) => value ?? undefined;
      return packBatches(batches, (record, batch) =>
        record.value === null ? tombstone(record, batch) : valued(record, batch),
      );
    },
  };
}

/** What stands beside the value in an envelope. A header that comes several times is a list. */
export function attributesOf(
  { key, headers, offsetDelta, timestampDelta }: KafkaRecord,
  { firstOffset, firstTimestamp, maxTimestamp, attributes }: RecordsBatch,
  topic: string,
  partition: number,
): EnvelopeAttributes {
  const timestamp = (attributes & APPEND_TIME) === 0 ? firstTimestamp + timestampDelta : maxTimestamp;
  return {
    key,
    headers: headersOf(headers),
    topic,
    partition,
    offset: firstOffset + BigInt(offsetDelta),
    timestamp: isoTime(timestamp),
  };
}

/** Bit of a batch's attributes: the broker's time of the append, the same for all, stands in place of the producers'. */
const APPEND_TIME = 0b1000;

function headersOf(headers: KafkaRecord["headers"]): Readonly<Record<string, unknown>> {
  const found = new Map<string, unknown[]>();
  for (const [name, value] of headers) {
    const key = name?.toString() ?? "";
    const values = found.get(key);
    if (values === undefined) found.set(key, [value]);
    else values.push(value);
  }
  return Object.fromEntries([...found].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/** `null` for a time that is none, as records of old producers have. */
function isoTime(timestamp: bigint): string | null {
  const date = new Date(Number(timestamp));
  return timestamp < 0n || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
