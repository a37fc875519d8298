import { quotedName, quotedText } from "../../../std/sql-text.ts";
import type { PlannedTable } from "../export-state.ts";
import { selectedColumn } from "./column-mapping.ts";
import { type ChunkBounds, chunkCondition, tableText } from "./row-condition.ts";

/** What no quoted field can be taken for: nulls stand outside of quotes. */
export const NULL_TEXT = "\\N";

/**
 * One chunk as text. For CSV, as its readers expect it. For Parquet, without a header and with quotes around all that is no
 * null, so that a line is never empty and nothing has to be guessed.
 */
export function copyStatement(table: PlannedTable, chunk: ChunkBounds, format: "parquet" | "csv"): string {
  const columns = table.columns.map(({ source, name, reading }) => {
    return `${selectedColumn(source, reading, format)} AS ${quotedName(name)}`;
  });
  const select = `SELECT ${columns.join(", ")} FROM ${tableText(table)}${chunkCondition(table, chunk)}`;
  const form = format === "csv" ? "HEADER true" : `NULL ${quotedText(NULL_TEXT)}, FORCE_QUOTE *`;
  return `COPY (${select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8', ${form})`;
}

/** How many rows the chunk has, counted apart from reading them. */
export function countStatement(table: PlannedTable, chunk: ChunkBounds): string {
  return `SELECT count(*) FROM ${tableText(table)}${chunkCondition(table, chunk)}`;
}
