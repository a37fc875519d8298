import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { QueryError } from "../query-error.ts";
import { PAGE_BYTES_MAX } from "../query-limits.ts";
import { type Execution, resultFormOf } from "./execution.ts";
import { readRows, type TextRow } from "./result-text.ts";

export interface ResultPage {
  /** Those of queries begin with the names of the columns. */
  readonly rows: readonly TextRow[];
  /** Where the next page begins; absent after the last row. */
  readonly next?: number;
}

/**
 * A page of the rows from a byte of the result on, read from its bucket: what is shown after a restart, and after any
 * number of other statements, is what was written. A row is never cut; a page ends early when its rows are long.
 */
export async function readResult(
  { statement, object, resultBytes = 0 }: Execution,
  store: ObjectStore,
  start: number,
  limit: number,
): Promise<ResultPage> {
  if (start >= resultBytes) return { rows: [] };
  const { bucket, key } = object;
  try {
    const rows: TextRow[] = [];
    let at = start;
    const chunks = await store.get(bucket, key, { start, end: resultBytes });
    for await (const { values, bytes } of readRows(resultFormOf(statement), chunks)) {
      if (rows.length > 0 && at + bytes - start > PAGE_BYTES_MAX) break;
      rows.push(values);
      at += bytes;
      if (rows.length === limit) break;
    }
    return at < resultBytes && rows.length > 0 ? { rows, next: at } : { rows };
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    const message = `The result cannot be read from s3://${bucket}/${key}: ${error.message}`;
    throw new QueryError(error.retriable ? "busy" : "not-found", message, { cause: error });
  }
}
