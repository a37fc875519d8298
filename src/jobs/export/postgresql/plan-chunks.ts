import { quotedName } from "../../../std/sql-text.ts";
import { ExportError } from "../export-error.ts";
import type { PlannedChunk, PlannedTable } from "../export-state.ts";
import { keyCondition, tableCondition, tableText, whereClause } from "./row-condition.ts";
import type { RowSource } from "./session.ts";

/** All are written with each that is done. */
const CHUNKS_MAX = 5_000;

/**
 * Cuts the rows of a table into ranges of its primary key with `chunkRows` rows each, the last one open at its end: what
 * is inserted behind it before a resumed run comes by is taken along. Bounds are found by walking along the key's index. A
 * table without a primary key is one chunk.
 */
export async function planChunks(
  session: RowSource,
  table: Pick<PlannedTable, "schema" | "name" | "key" | "where" | "cursor">,
  chunkRows: number,
): Promise<PlannedChunk[]> {
  const chunks: PlannedChunk[] = [];
  if (table.cursor !== undefined && table.cursor.upTo === undefined) return chunks;
  let after: string[] | undefined;
  for (;;) {
    const upTo = table.key.length === 0 ? undefined : await lastKeyOfChunk(session, table, chunkRows, after);
    if (upTo === undefined) return [...chunks, {}];
    chunks.push({ upTo });
    after = upTo;
    if (chunks.length < CHUNKS_MAX) continue;
    const message = `Table ${table.schema}.${table.name} has more than ${CHUNKS_MAX} chunks of ${chunkRows} rows: raise chunkRows`;
    throw new ExportError("invalid", message);
  }
}

/** The key of the row that fills a chunk which begins behind `after`; `undefined` when fewer rows are left. */
async function lastKeyOfChunk(
  session: RowSource,
  table: Pick<PlannedTable, "schema" | "name" | "key" | "where" | "cursor">,
  chunkRows: number,
  after: string[] | undefined,
): Promise<string[] | undefined> {
  const { schema, name, key } = table;
  // In full: by its name alone, what is sorted would be the text that is selected under it.
  const names = key.map((column) => `${tableText(table)}.${quotedName(column.name)}`);
  const beyond = after === undefined ? [] : [keyCondition(key, ">", after)];
  const rows = await session.rows(
    `SELECT ${names.map((column) => `${column}::text`).join(", ")} FROM ${tableText(table)}` +
      `${whereClause([...beyond, ...tableCondition(table)])}` +
      ` ORDER BY ${names.join(", ")} OFFSET ${chunkRows - 1} LIMIT 1`,
    `Cutting ${schema}.${name} into chunks`,
  );
  return rows[0]?.map(String);
}

/** The highest value that the cursor has now, less what `lagSeconds` leaves to the next run. */
export async function cursorEnd(
  session: RowSource,
  table: Pick<PlannedTable, "schema" | "name" | "where">,
  { column, typeText, lagSeconds }: { readonly column: string; readonly typeText: string; readonly lagSeconds: number },
): Promise<string | undefined> {
  const name = quotedName(column);
  const late = lagSeconds === 0 ? [] : [`${name} <= (now() - interval '${lagSeconds} seconds')::${typeText}`];
  const rows = await session.rows(
    `SELECT max(${name})::text FROM ${tableText(table)}${whereClause([...late, ...tableCondition({ where: table.where })])}`,
    `Reading the cursor of ${table.schema}.${table.name}`,
  );
  return rows[0]?.[0] ?? undefined;
}
