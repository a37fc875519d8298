import { quotedName, quotedText } from "../../../std/sql-text.ts";
import type { PlannedTable } from "../export-state.ts";
import type { KeyColumn } from "./describe-tables.ts";

/** A value of the source's as it goes back to it. */
function literal(text: string, typeText: string): string {
  return `${quotedText(text)}::${typeText}`;
}

/** `("a", "b") > ('1'::integer, 'x'::text)`: compared as the index of the key is sorted. */
export function keyCondition(key: readonly KeyColumn[], comparison: ">" | "<=", values: readonly string[]): string {
  const names = key.map(({ name }) => quotedName(name));
  const bounds = key.map(({ typeText }, index) => literal(values[index] ?? "", typeText));
  return `(${names.join(", ")}) ${comparison} (${bounds.join(", ")})`;
}

/** The rows that a run exports of a table: all, those of the condition, those between two values of the cursor. */
export function tableCondition({ where, cursor }: Pick<PlannedTable, "where" | "cursor">): readonly string[] {
  // A condition may end with a comment, which must not swallow the parenthesis.
  const conditions = where === undefined ? [] : [`(${where}\n)`];
  if (cursor === undefined) return conditions;
  const { column, typeText, after, upTo } = cursor;
  if (after !== undefined) conditions.push(`${quotedName(column)} > ${literal(after, typeText)}`);
  if (upTo !== undefined) conditions.push(`${quotedName(column)} <= ${literal(upTo, typeText)}`);
  return conditions;
}

export interface ChunkBounds {
  /** Rows with a primary key beyond this; absent = from the first. */
  readonly after?: readonly string[] | undefined;
  /** Up to and with this; absent = to the last. */
  readonly upTo?: readonly string[] | undefined;
}

export function chunkCondition(table: PlannedTable, { after, upTo }: ChunkBounds): string {
  const bounds = [
    ...(after === undefined ? [] : [keyCondition(table.key, ">", after)]),
    ...(upTo === undefined ? [] : [keyCondition(table.key, "<=", upTo)]),
  ];
  return whereClause([...bounds, ...tableCondition(table)]);
}

export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

export function tableText({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${quotedName(schema)}.${quotedName(name)}`;
}
