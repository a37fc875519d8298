import { invariant } from "../../std/assert.ts";
import { BufferPool } from "../../std/buffer-pool.ts";
import type { Random } from "../../std/random.ts";
import type { ProcessorStream } from "../processor.ts";

/**
 * The event that a transformation function gets (reference 4.3):
 *
 * { invocationId, deliveryStreamArn, region, sourceKinesisStreamArn?, records: [{ recordId, approximateArrivalTimestamp, data }] }
 *
 * It is written record by record into one buffer: nine tenths of it is base64, which needs no escaping, and the members
 * around it have fixed lengths, so that its size is known before it exists. As one text it would be a string of megabytes,
 * and a collection of the whole heap for every few of them. The invocation id stands first, always at the same place:
 * another attempt is a copy with another id.
 */
export interface EventRecord {
  /** Digits and letters only: it goes into the text as it is. */
  readonly recordId: string;
  readonly arrivalMs: number;
  readonly bytes: Buffer;
}

export interface LambdaEvent {
  /** Without its invocation id. The memory may go back by `releaseEvent`. */
  readonly bytes: Buffer;
  /** Where the id of each record begins; a quote ends it. */
  readonly idPlaces: Uint32Array;
}

const UUID_LENGTH = 36;
const BEFORE_ID = '{"invocationId":"';
const AFTER_DATA = '"}';
const BEFORE_RECORD_ID = '{"recordId":"';
const BETWEEN_RECORDS = `${AFTER_DATA},${BEFORE_RECORD_ID}`;
const AFTER_RECORDS = "]}";

/** A few events of the usual size, at most: as many as are commonly under way in all streams together. */
const events = new BufferPool(16 * 1024 * 1024);

/** Commas, quotes and names of a record, and an arrival of 13 digits: everything but its id and its data. */
const RECORD_OVERHEAD_BYTES = ',{"recordId":"","approximateArrivalTimestamp":1495072949453,"data":""}'.length;

/** Bytes that a record takes in the event; ids have the same length in all records of a stream. */
export function eventRecordBytes(idLength: number, bytes: Buffer): number {
  return RECORD_OVERHEAD_BYTES + idLength + Math.ceil(bytes.length / 3) * 4;
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

export function buildEvent(head: string, records: readonly EventRecord[]): LambdaEvent {
  const idLength = records[0]?.recordId.length ?? 0;
  let bytesMax = eventFrameBytes(head);
  for (const { bytes } of records) bytesMax += eventRecordBytes(idLength, bytes);
  const event = events.take(bytesMax);
  const idPlaces = new Uint32Array(records.length);
  let at = event.write(head);
  let before = BEFORE_RECORD_ID;
  for (const [index, { recordId, arrivalMs, bytes }] of records.entries()) {
    idPlaces[index] = at + before.length;
    const members = `${before}${recordId}","approximateArrivalTimestamp":${arrivalMs},"data":"`;
    at += event.write(members, at, "latin1");
    at += event.write(bytes.toString("base64"), at, "latin1");
    before = BETWEEN_RECORDS;
  }
  if (records.length > 0) at += event.write(AFTER_DATA, at, "latin1");
  const end = at + event.write(AFTER_RECORDS, at, "latin1");
  invariant(end === at + AFTER_RECORDS.length, "an event is at most as long as its parts were said to be");
  return { bytes: event.subarray(0, end), idPlaces };
}

/** Gives the memory of an event back, once nobody looks at it any more. */
export function releaseEvent({ bytes }: LambdaEvent): void {
  events.giveBack(bytes);
}

/** The event of the first attempt: nobody else has it yet, so the id goes into its own bytes. */
export function setInvocationId({ bytes }: LambdaEvent, random: Random): Buffer {
  bytes.write(uuid(random), BEFORE_ID.length, "latin1");
  return bytes;
}

/** The event of another attempt: the invoker of an earlier one may still be reading the bytes that it was given. */
export function withInvocationId({ bytes, idPlaces }: LambdaEvent, random: Random): Buffer {
  return setInvocationId({ bytes: Buffer.from(bytes), idPlaces }, random);
}

/** A random UUID (RFC 9562, version 4). */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
