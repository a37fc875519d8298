import { isUtf8 } from "node:buffer";
import type { Problem } from "../gathering-encoder.ts";
import { JsonCursor, MalformedJson } from "../rows/json-cursor.ts";

/**
 * The JSON documents of a record, each as one line. A record that is one document and one line stays as it is; others are
 * written again without white space between their parts. Digits of numbers, order of keys and repeated keys stay.
 */
export function documentsOf(record: Buffer): readonly (string | Buffer)[] | Problem {
  if (!isUtf8(record)) return parseError("The record is not valid UTF-8");
  const line = trimmed(record);
  if (line.length === 0) return { code: "DataFormatConversion.MalformedData", message: EMPTY };
  const text = line.toString("utf8");
  if (!line.includes(LINE_FEED) && !line.includes(CARRIAGE_RETURN) && isDocument(text)) return [line];
  const documents: string[] = [];
  const cursor = new JsonCursor(text);
  try {
    while (!cursor.atEnd()) {
      const kind = cursor.next();
      if (kind === "object" || kind === "array") documents.push(cursor.restAsText(kind, (key) => key));
      else documents.push(kind === "string" ? JSON.stringify(cursor.text) : kind === "null" ? "null" : cursor.text);
    }
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return parseError(error.message);
  }
  return documents;
}

const EMPTY = "The record was empty or contained only whitespace.";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;

/** Without the white space of JSON at both ends. */
function trimmed(record: Buffer): Buffer {
  let [from, to] = [0, record.length];
  while (from < to && isBlank(record[from])) from++;
  while (to > from && isBlank(record[to - 1])) to--;
  return record.subarray(from, to);
}

function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

function isDocument(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parseError(detail: string): Problem {
  return { code: "DataFormatConversion.ParseError", message: `Encountered malformed JSON. ${detail}` };
}
