import { isUtf8 } from "node:buffer";
import type { Schema } from "../../model/schema/column-type.ts";
import { type CellRules, fieldsReader, type Mismatch } from "./cell-reader.ts";
import { FieldNames } from "./field-names.ts";
import { JsonCursor, MalformedJson } from "./json-cursor.ts";
import type { Cell, Row, RowReject, RowRejectCode, RowsOrReject } from "./row.ts";

/**
 * How records become rows, the same for every format that has columns (reference 6.2). One record may hold several JSON
 * objects back to back, each is a row; it is taken whole or rejected whole, with the code and message of its error record.
 *
 * What is decided here and where the guide leaves it open:
 *
 * - Strict JSON in UTF-8. A key that meets its column twice in one object is refused: which of the two was meant is lost.
 *   Keys without a column may be whatever they like, as long as they are JSON.
 * - Nothing is changed silently: fractions in integer columns, numbers out of range and text that is longer than its
 *   `varchar(n)` are refused. Decimals with more digits than their scale are rounded half up, as Hive does.
 * - Timestamps and dates lie in the years 1 to 9999. Binary columns take Base64.
 * - JSON that is malformed anywhere is a `ParseError`, also behind a value that does not fit its column.
 */
export function jsonRowReader(schema: Schema, options: JsonRowOptions): JsonRowReader {
  const names = new FieldNames(options);
  const rules: CellRules = { engine: options.engine, timestampFormats: options.timestampFormats, names };
  const find = names.finder(schema.columns, options.columnToKey);
  const readFields = fieldsReader(schema.columns, rules, find);
  return { read: (record) => readRecord(record, readFields), columnOf: find };
}

export interface JsonRowReader {
  /** Never throws for what is in the record; keeps nothing of its memory. */
  read(record: Buffer): RowsOrReject;
  /** Place of the column that a top-level key belongs to, -1 for none. */
  columnOf(key: string): number;
}

/** `Deserializer` of Firehose's InputFormatConfiguration (reference 6.1), checked by `jsonRowOptions`. */
export interface JsonRowOptions {
  readonly convertDots: boolean;
  readonly caseInsensitive: boolean;
  readonly columnToKey: Readonly<Record<string, string>>;
  /** For `hive`: Joda patterns or `millis`. */
  readonly timestampFormats?: readonly string[] | undefined;
  readonly engine: "openx" | "hive";
}

const EMPTY = "The record was empty or contained only whitespace.";
const PRIMITIVE = "The input JSON contained a primitive at the top level. The top level must be an object or array.";
const TOP_LEVEL_ARRAY = "The input JSON contained an array at the top level, expected one or more objects.";

function readRecord(record: Buffer, readFields: (cursor: JsonCursor, mismatch: Mismatch) => Cell[]): RowsOrReject {
  if (!isUtf8(record)) return parseError("The record is not valid UTF-8");
  const cursor = new JsonCursor(record.toString("utf8"));
  const rows: Row[] = [];
  let problem: string | undefined;
  const mismatch: Mismatch = (text) => {
    problem ??= `Data does not match the schema. ${text}`;
  };
  try {
    while (!cursor.atEnd()) {
      const kind = cursor.next();
      if (kind === "object") rows.push(readFields(cursor, mismatch));
      else {
        cursor.skipRest(kind);
        problem ??= kind === "array" ? TOP_LEVEL_ARRAY : PRIMITIVE;
      }
    }
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return parseError(error.message);
  }
  if (problem === undefined && rows.length === 0) problem = EMPTY;
  return problem === undefined ? { rows } : rejected("DataFormatConversion.MalformedData", problem);
}

function parseError(detail: string): { readonly reject: RowReject } {
  return rejected("DataFormatConversion.ParseError", `Encountered malformed JSON. ${detail}`);
}

function rejected(code: RowRejectCode, message: string): { readonly reject: RowReject } {
  return { reject: { code, message } };
}
