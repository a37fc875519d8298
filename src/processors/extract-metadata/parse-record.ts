import type { JsonValue } from "../../std/json.ts";

const BYTE_ORDER_MARK = 0xfeff;

/**
 * A record as a value; `undefined` when it is not one JSON value (RFC 8259). Stricter than the jq command, which lets
 * raw line breaks in strings and numbers such as `01` pass: whatever reads the lake afterwards would not. Both engines
 * parse here, so that they cannot disagree about it.
 */
export function parseRecord(record: Buffer): JsonValue | undefined {
  const text = record.toString();
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}
