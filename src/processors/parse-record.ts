import type { JsonValue } from "../std/json.ts";

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

let lastRecord: Buffer | undefined;
let lastValue: JsonValue | undefined;

/**
 * A record as a value; `undefined` when it is not one JSON value (RFC 8259). Stricter than the jq command, which lets
 * raw line breaks in strings and numbers such as `01` pass: whatever reads the lake afterwards would not. All who look
 * for the place of a record parse here, so that they cannot disagree about it; and as they are asked one after another
 * about the same record, the last value is kept. Nobody changes it.
 */
export function parseRecord(record: Buffer): JsonValue | undefined {
  if (record === lastRecord) return lastValue;
  lastValue = parse(record);
  lastRecord = record;
  return lastValue;
}

function parse(record: Buffer): JsonValue | undefined {
  const isMarked =
    record[0] === BYTE_ORDER_MARK[0] && record.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  try {
    return JSON.parse(record.toString("utf8", isMarked ? BYTE_ORDER_MARK.length : 0));
  } catch {
    return undefined;
  }
}
