import type { Random } from "../../std/random.ts";
import type { ProcessorStream } from "../processor.ts";

/**
 * The event that a transformation function gets (reference 4.3):
 *
 * { invocationId, deliveryStreamArn, region, sourceKinesisStreamArn?, records: [{ recordId, approximateArrivalTimestamp, data }] }
 *
 * It is put together as text: nine tenths of it is base64, which needs no escaping, and the members around it have fixed
 * lengths, so that its size is known before it exists. The invocation id stands first, always at the same place: another
 * attempt is a copy with another id.
 */
export interface EventRecord {
  /** Digits and letters only: it goes into the text as it is. */
  readonly recordId: string;
  readonly arrivalMs: number;
  readonly bytes: Buffer;
}

const UUID_LENGTH = 36;
const BEFORE_ID = '{"invocationId":"';
const AFTER_RECORDS = "]}";

/** Commas, quotes and names of a record, and an arrival of 13 digits: everything but its id and its data. */
const RECORD_OVERHEAD_BYTES = ',{"recordId":"","approximateArrivalTimestamp":1495072949453,"data":""}'.length;

/** Bytes that a record takes in the event. */
export function eventRecordBytes({ recordId, bytes }: EventRecord): number {
  return RECORD_OVERHEAD_BYTES + recordId.length + Math.ceil(bytes.length / 3) * 4;
}

/** What stands before the records, with a place for the invocation id. */
export function eventHead(stream: ProcessorStream): string {
  const { arn, region, sourceArn } = stream;
  const source = sourceArn === undefined ? "" : `"sourceKinesisStreamArn":${JSON.stringify(sourceArn)},`;
  const names = `"deliveryStreamArn":${JSON.stringify(arn)},"region":${JSON.stringify(region)},${source}`;
  return `${BEFORE_ID}${"0".repeat(UUID_LENGTH)}",${names}"records":[`;
}

export function eventFrameBytes(head: string): number {
  return Buffer.byteLength(head) + AFTER_RECORDS.length;
}

export function buildEvent(head: string, records: readonly EventRecord[]): Buffer {
  let text = head;
  let comma = "";
  for (const { recordId, arrivalMs, bytes } of records) {
    const data = bytes.toString("base64");
    text += `${comma}{"recordId":"${recordId}","approximateArrivalTimestamp":${arrivalMs},"data":"${data}"}`;
    comma = ",";
  }
  return Buffer.from(text + AFTER_RECORDS);
}

/** The event of one attempt: the invoker of an earlier one may still be reading the bytes that it was given. */
export function withInvocationId(event: Buffer, random: Random): Buffer {
  const attempt = Buffer.from(event);
  attempt.write(uuid(random), BEFORE_ID.length, "latin1");
  return attempt;
}

/** A random UUID (RFC 9562, version 4). */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
