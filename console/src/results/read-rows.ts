import { adminApi } from "../api/admin-api.ts";

export type ResultRow = readonly unknown[];

/** Rows from one on, as many as asked for: the server gives fewer at a time when they are long. */
export async function readRows(
  id: string,
  from: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly ResultRow[]> {
  const rows: ResultRow[] = [];
  while (rows.length < count) {
    const query = { from: from + rows.length, limit: Math.min(count - rows.length, 10_000) };
    const page = await adminApi.readQueryRows(id, query, { signal });
    if (page.rows.length === 0) break;
    rows.push(...page.rows);
  }
  return rows;
}
