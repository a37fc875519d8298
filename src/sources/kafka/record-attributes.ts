import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import type { EnvelopeAttributes } from "../envelope.ts";

/** Bit of a batch's attributes: the broker's time of the append, the same for all, stands in place of the producers'. */
const APPEND_TIME = 0b1000;

/** What stands beside the value in an envelope. A header that comes several times is a list. */
export function recordAttributes(
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
