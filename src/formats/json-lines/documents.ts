import { isUtf8 } from "node:buffer";
import type { Problem } from "../gathering-encoder.ts";
import { JsonCursor, MalformedJson } from "../rows/json-cursor.ts";

/**
 * The JSON documents of a record, each as one line. A record that is one document and one line stays as it is; others are
 * written again without white space between their parts. Digits of numbers, order of keys and repeated keys stay.
 */
export function documentsOf(record: Buffer): string[] | Problem {
  if (!isUtf8(record)) return parseError("The record is not valid UTF-8");
  const text = record.toString("utf8").trim();
  if (text === "") return { code: "DataFormatConversion.MalformedData", message: EMPTY };
  if (isDocument(text) && !LINE_BREAK.test(text)) return [text];
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

/** In JSON they can stand between the parts of a document only. */
const LINE_BREAK = /[\n\r]/;

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
