import type { JsonObject, JsonValue } from "../std/json.ts";

/** What is known of a record that could not be delivered; how it is written down is reference 5.5 and 5.6. */
export interface RejectedRecord {
  readonly bytes: Uint8Array;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly arrivalMs: number;
  readonly attemptEndingMs: number;
  /** Members of its kind, such as `lambdaARN`, written after the common ones. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  /** Lakehose's own members at the end: what a redrive needs to give the record its first identity back. */
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly offset: number;
  /** Which part of its record it is, where processors made several of one; absent = the first. */
  readonly piece?: number;
  readonly stage: "processors" | "delivery";
  /** The last attempt may have taken effect after all: whoever redrives has to know. */
  readonly inDoubt?: boolean;
}

/** Error output of records that could not be encoded (reference 5.3). */
export const CONVERSION_FAILED = "format-conversion-failed";

/** How error records of one kind are laid out. */
interface Layout {
  /** Members before the data, those between data and end; `details` stands for the members of the kind. */
  readonly order: readonly Member[];
  /** `lastErrorCode` and `lastErrorMessage` instead of `errorCode` and `errorMessage`. */
  readonly last: boolean;
  /** Members at the end that say which record it is. */
  readonly identity?: (id: string, piece: number) => JsonObject;
}

type Member = "rawData" | "code" | "message" | "attempts" | "arrival" | "attemptEnding" | "details";

/** Lambda, decompression, partitioning. */
const PROCESSING: Layout = {
  order: ["rawData", "code", "message", "attempts", "arrival", "attemptEnding", "details"],
  last: false,
};
const CONVERSION: Layout = {
  order: ["attempts", "arrival", "code", "message", "attemptEnding", "rawData", "details"],
  last: true,
};
/** Splunk, HTTP, Snowflake, Iceberg. */
const DESTINATION: Layout = { ...CONVERSION, last: false };
/** OpenSearch names document and index before the data. */
const SEARCH: Layout = {
  order: ["attempts", "arrival", "code", "message", "attemptEnding", "details", "rawData"],
  last: false,
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "AmazonOpenSearchService-failed": SEARCH,
  "decompression-failed": PROCESSING,
  "elasticsearch-failed": SEARCH,
  "format-conversion-failed": CONVERSION,
  "http-endpoint-failed": {
    ...DESTINATION,
    identity: (dataId, subsequenceNumber) => ({ subsequenceNumber, dataId }),
  },
  "iceberg-failed": DESTINATION,
  "processing-failed": PROCESSING,
  "snowflake-failed": DESTINATION,
  "splunk-failed": { ...DESTINATION, identity: (EventId) => ({ EventId }) },
};

/**
 * One line of an error object: a JSON object and LF, with the members of its kind in the order in which Firehose writes
 * them and Lakehose's own member last. Numbers are numbers, times are milliseconds.
 */
export function serializeErrorRecord(record: RejectedRecord, errorType = "processing-failed"): Buffer {
  const layout = LAYOUTS[errorType] ?? DESTINATION;
  const line: JsonObject = {};
  for (const member of layout.order) Object.assign(line, membersOf(member, record, layout));
  const { offset, piece = 0 } = record;
  Object.assign(line, layout.identity?.(`${offset}.${piece}`, piece));
  line.lakehose = {
    streamUid: record.streamUid,
    deliveryId: record.deliveryId,
    offset,
    ...(piece === 0 ? {} : { piece }),
    stage: record.stage,
    errorType,
    ...(record.inDoubt ? { inDoubt: true } : {}),
  };
  return Buffer.from(`${JSON.stringify(line)}\n`, "utf8");
}

function membersOf(member: Member, record: RejectedRecord, layout: Layout): JsonObject {
  switch (member) {
    case "rawData":
      return { rawData: base64(record.bytes) };
    case "code":
      return { [layout.last ? "lastErrorCode" : "errorCode"]: record.code };
    case "message":
      return { [layout.last ? "lastErrorMessage" : "errorMessage"]: record.message };
    case "attempts":
      return { attemptsMade: record.attempts };
    case "arrival":
      return { arrivalTimestamp: record.arrivalMs };
    case "attemptEnding":
      return { attemptEndingTimestamp: record.attemptEndingMs };
    case "details":
      return { ...record.details };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
