/**
 * One entry of `dataProcessingOptions`: makes other bytes of a record, or `undefined` of one that does not fit, which the
 * Kinesis Agent leaves out. Runs on every record, so it is made once and keeps nothing.
 */
export type Conversion = (record: Buffer) => Buffer | undefined;

/** How JSON is written: on one line, or over several with two spaces. */
export type JsonFormat = "COMPACT" | "PRETTYPRINT";

export function jsonLine(value: unknown, format: JsonFormat): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, format === "PRETTYPRINT" ? 2 : 0)}\n`);
}

/** The record as text without the line feed at its end. */
export function textOf(record: Buffer): string {
  return record.toString("utf8", 0, record.at(-1) === LINE_FEED ? record.length - 1 : record.length);
}

const LINE_FEED = 0x0a;
