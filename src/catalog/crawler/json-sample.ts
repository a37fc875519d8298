import { JsonCursor, MalformedJson } from "../../formats/rows/json-cursor.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { SchemaLearner } from "../../model/schema/infer-schema.ts";
import type { JsonValue } from "../../std/json.ts";
import type { JsonLayout } from "./content.ts";
import { SAMPLE_ROWS_MAX } from "./crawler-limits.ts";
import type { TextSample } from "./text-sample.ts";

export interface JsonSample {
  readonly layout: JsonLayout;
  readonly columns: readonly Column[];
  /** Lines that are no JSON, among others that are. */
  readonly malformed: number;
}

/**
 * The documents of a JSON text, however they stand there; `undefined` when it is none. Documents that are no objects, and
 * lines that are no JSON, are passed over as long as most are: a producer that died in mid-line must not hide a table.
 */
export function readJsonSample(sample: TextSample): JsonSample | undefined {
  if (!/^\s*[{[]/.test(sample.text)) return undefined;
  const learner = new SchemaLearner();
  const seen = { objects: 0, malformed: 0, array: false, spread: false, glued: false };
  for (const { text, place } of documentsOf(sample)) {
    if (place === "malformed") {
      if (++seen.malformed > MALFORMED_MAX) return undefined;
      continue;
    }
    if (!text.startsWith("{")) continue;
    learner.add(JSON.parse(text) as JsonValue);
    seen.objects++;
    if (place === "element") seen.array = true;
    else if (text.includes("\n")) seen.spread = true;
    else if (place === "same line") seen.glued = true;
    if (seen.objects >= SAMPLE_ROWS_MAX) break;
  }
  if (seen.objects === 0 || seen.malformed * 2 > seen.objects) return undefined;
  const layout = seen.array ? "array" : seen.spread ? "spread" : seen.glued ? "glued" : "lines";
  return { layout, columns: learner.schema().columns, malformed: seen.malformed };
}

/** After so many bad lines it is something else. */
const MALFORMED_MAX = 1_000;

interface Document {
  /** Without blanks before it. */
  readonly text: string;
  /** On a line of its own, behind another on one line, in an array on top, or no JSON. */
  readonly place: "own line" | "same line" | "element" | "malformed";
}

function* documentsOf({ text, complete }: TextSample): Generator<Document> {
  for (let rest = text; rest !== ""; ) {
    const cursor = new JsonCursor(rest);
    let start = 0;
    try {
      while (!cursor.atEnd()) {
        const ownLine = start === 0 || rest.slice(start, cursor.at).includes("\n");
        start = cursor.at;
        yield* documentsAt(cursor, start, ownLine ? "own line" : "same line");
        start = cursor.at;
      }
      return;
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      // What the end of the sample cuts off says nothing.
      if (!complete && !rest.includes("\n", cursor.at)) return;
      yield { text: "", place: "malformed" };
      const end = rest.indexOf("\n", start);
      rest = end === -1 ? "" : rest.slice(end + 1);
    }
  }
}

/** One value, or the elements of an array on top. */
function* documentsAt(cursor: JsonCursor, start: number, place: Document["place"]): Generator<Document> {
  const kind = cursor.next();
  if (kind !== "array") {
    cursor.skipRest(kind);
    yield { text: cursor.source.slice(start, cursor.at), place };
    return;
  }
  for (let first = true; cursor.nextElement(first); first = false) {
    const from = cursor.at;
    cursor.skipRest(cursor.next());
    yield { text: cursor.source.slice(from, cursor.at).trim(), place: "element" };
  }
}
