import type { PackedRecords } from "../../../model/records.ts";
import { decodedBytes, isBase64 } from "../../../std/base64-text.ts";
import { NO_JSON, scanArray, scanObject, skipSpace } from "../../../std/json-scan.ts";
import { WireError } from "../../protocol/wire-error.ts";

/** Most records of one delivery (HTTP endpoint delivery, protocol 1.0). */
export const DELIVERY_RECORDS_MAX = 10_000;

/** The protocol has three; what may come in addition one day is passed over. */
const MEMBERS_MAX = 100;

export interface Delivery {
  readonly requestId: string;
  /** When Firehose made the request, milliseconds since 1970. */
  readonly timestamp: number;
  readonly records: PackedRecords;
}

/**
 * Body of a delivery, as Amazon Data Firehose sends it to an HTTP endpoint:
 *
 *     delivery => { "requestId": string, "timestamp": number, "records": [ record, … ] }       1 to 10,000 records
 *     record   => { "data": "standard base64 with padding" }                                   may be empty
 *
 * Read where it stands: bodies have up to 64 MiB, and a list of objects of them would take many times that.
 */
export function readDelivery(body: Buffer, recordBytesMax: number): Delivery {
  const members = scanMembers(body, skipSpace(body, 0), "The body");
  if (skipSpace(body, members.end) !== body.length) throw notJson("The body");
  const requestId = members.value("requestId");
  if (typeof requestId !== "string" || requestId === "") throw wrong("requestId", "a text", requestId);
  const timestamp = members.value("timestamp");
  if (typeof timestamp !== "number") throw wrong("timestamp", "a number of milliseconds", timestamp);
  const list = members.spans.get("records");
  if (list === undefined || body[list.start] !== OPEN_LIST) throw wrong("records", "a list", undefined);
  return { requestId, timestamp, records: decode(body, dataSpans(body, list.start, recordBytesMax)) };
}

const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const QUOTE = 0x22;

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Members {
  readonly spans: ReadonlyMap<string, Span>;
  readonly end: number;
  /** Of small members. */
  value(name: string): unknown;
}

/** Longer ones are not those of the protocol. */
const SMALL_BYTES_MAX = 1024;

function scanMembers(body: Buffer, start: number, what: string): Members {
  if (body[start] !== OPEN_OBJECT) throw notJson(what);
  const spans = new Map<string, Span>();
  let members = 0;
  const end = scanObject(body, start, (keyStart, keyEnd, valueStart, valueEnd) => {
    if (++members > MEMBERS_MAX) throw invalid(`${what} has more than ${MEMBERS_MAX} members`);
    if (keyEnd - keyStart > SMALL_BYTES_MAX) return;
    spans.set(body.toString("utf8", keyStart + 1, keyEnd - 1), { start: valueStart, end: valueEnd });
  });
  if (end === NO_JSON) throw notJson(what);
  const value = (name: string): unknown => {
    const span = spans.get(name);
    if (span === undefined || span.end - span.start > SMALL_BYTES_MAX) return undefined;
    return JSON.parse(body.toString("utf8", span.start, span.end));
  };
  return { spans, end, value };
}

/** Where the base64 of each record stands, without its quotes. */
function dataSpans(body: Buffer, start: number, recordBytesMax: number): readonly Span[] {
  const spans: Span[] = [];
  scanArray(body, start, (elementStart) => {
    const index = spans.length;
    if (index === DELIVERY_RECORDS_MAX) throw wrongCount(`more than ${DELIVERY_RECORDS_MAX}`);
    const data = scanMembers(body, elementStart, `records[${index}]`).spans.get("data");
    if (data === undefined || body[data.start] !== QUOTE) throw wrong(`records[${index}].data`, "base64", undefined);
    const span = { start: data.start + 1, end: data.end - 1 };
    const bytes = decodedBytes(body, span.start, span.end);
    if (bytes > recordBytesMax) {
      throw invalid(`A record may have at most ${recordBytesMax} bytes, records[${index}] has ${Math.ceil(bytes)}`);
    }
    spans.push(span);
  });
  if (spans.length === 0) throw wrongCount("none");
  return spans;
}

function decode(body: Buffer, spans: readonly Span[]): PackedRecords {
  const bytesMax = spans.reduce((sum, { start, end }) => sum + Math.ceil(decodedBytes(body, start, end)), 0);
  const bytes = Buffer.allocUnsafeSlow(bytesMax);
  const ends = new Uint32Array(spans.length);
  let filled = 0;
  for (const [index, span] of spans.entries()) {
    const text = textOf(body, span);
    if (!isBase64(text)) throw wrong(`records[${index}].data`, "standard base64 with padding", text.slice(0, 60));
    filled += bytes.write(text, filled, "base64");
    ends[index] = filled;
  }
  return { bytes: bytes.subarray(0, filled), ends };
}

/** Some writers of JSON escape the slashes of base64. */
function textOf(body: Buffer, { start, end }: Span): string {
  const text = body.toString("latin1", start, end);
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}

function wrongCount(got: string): WireError {
  return invalid(`records: expected 1 to ${DELIVERY_RECORDS_MAX} records, got ${got}`);
}

function wrong(member: string, expected: string, got: unknown): WireError {
  const came = got === undefined ? "" : `, got ${JSON.stringify(got).slice(0, 100)}`;
  return invalid(`${member}: expected ${expected}${came}`);
}

function invalid(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}

function notJson(what: string): WireError {
  return new WireError("SerializationException", `${what} is no JSON object`);
}
