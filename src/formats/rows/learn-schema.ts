import { JsonObjectSplitter } from "../../model/json-object-splitter.ts";
import { type PackedRecords, recordAt, recordCount } from "../../model/records.ts";
import type { Column, Schema } from "../../model/schema/column-type.ts";
import { SchemaLearner } from "../../model/schema/infer-schema.ts";
import { widen } from "../../model/schema/widen.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { jsonRowOptions } from "./json-row-options.ts";
import type { JsonRowOptions } from "./json-rows.ts";

/**
 * `Format.learn` of every format with columns: the options with a schema that holds these records too, or `undefined` when
 * the present one does. Only `infer`, and what was learnt from it, goes on to learn; a schema that was given stays.
 *
 * Records that are no JSON objects teach nothing, they are rejected when they are encoded. A file needs a column, so a
 * stream whose first records have none begins with the column `_`, which goes as soon as there is another.
 */
export function learnSchema(options: JsonObject, records: PackedRecords): JsonObject | undefined {
  const present = options.schema as unknown as Schema | "infer" | undefined;
  if (present === undefined || (present !== "infer" && present.learned !== true)) return undefined;
  const json = jsonRowOptions.parse(options.json);
  const learner = new SchemaLearner({ nameOf: columnNames(json) });
  for (let index = 0; index < recordCount(records); index++) {
    for (const document of documentsOf(recordAt(records, index).toString("utf8"))) learner.add(document);
  }
  const seen = learner.schema();
  const known = present === "infer" || isPlaceholder(present.columns) ? undefined : present;
  if (known !== undefined) {
    const widened = widen(known, seen);
    return widened === known ? undefined : withSchema(options, widened.columns);
  }
  if (seen.columns.length > 0) return withSchema(options, seen.columns);
  return present === "infer" ? withSchema(options, PLACEHOLDER) : undefined;
}

const PLACEHOLDER: readonly Column[] = [{ name: "_", type: { kind: "string" } }];

function isPlaceholder(columns: readonly Column[]): boolean {
  return columns.length === 1 && columns[0]?.name === PLACEHOLDER[0]?.name;
}

function withSchema(options: JsonObject, columns: readonly Column[]): JsonObject {
  const schema: Schema = { columns, learned: true };
  return { ...options, schema: schema as unknown as JsonValue };
}

/** The column that a key will be matched with: the way back of how rows find their keys. */
function columnNames({
  caseInsensitive,
  convertDots,
  columnToKey,
}: JsonRowOptions): (key: string, depth: number) => string {
  const fold = (key: string) => (caseInsensitive ? key.toLowerCase() : key);
  const columns = new Map(Object.entries(columnToKey).map(([column, key]) => [fold(key), column]));
  return (key, depth) => {
    const folded = fold(key);
    const column = depth === 1 ? columns.get(folded) : undefined;
    return column ?? (convertDots ? folded.replaceAll(".", "_") : folded);
  };
}

/** One document is the rule; several back to back are cut at the places where the parser says that one has ended. */
function documentsOf(text: string): readonly JsonValue[] {
  try {
    return [JSON.parse(text) as JsonValue];
  } catch {
    return backToBack(text);
  }
}

function backToBack(text: string): readonly JsonValue[] {
  const cut = new JsonObjectSplitter();
  const pieces = [...cut.push(Buffer.from(text)), ...cut.end()];
  try {
    return pieces.map(({ bytes }) => JSON.parse(bytes.toString("utf8")) as JsonValue);
  } catch {
    // A record is taken whole or rejected whole.
    return [];
  }
}
