import type { Disk } from "../../std/disk.ts";
import type { ResultColumn, ResultRow } from "../engine/query-engine.ts";

/** How a result is handed out as a file. */
export const DOWNLOAD_FORMS = ["csv", "parquet"] as const;
export type DownloadForm = (typeof DOWNLOAD_FORMS)[number];

export interface ResultToDownload {
  readonly columns: readonly ResultColumn[];
  /** Rows from this one on; none at the end. */
  rows(from: number, limit: number): Promise<readonly ResultRow[]>;
}

export interface DownloadScratch {
  readonly disk: Disk;
  /** For this download alone; made when it is needed, and removed at its end. */
  readonly directory: string;
}

/**
 * The bytes of a file with the whole result, at the pace of who reads them. Resolves with the first of them at hand, so that
 * a result that no file can hold is refused and no broken file.
 */
export async function downloadResult(
  form: DownloadForm,
  result: ResultToDownload,
  scratch: DownloadScratch,
): Promise<AsyncIterable<Buffer>> {
  const bytes = await (form === "csv" ? csvOf(result) : parquetOf(result, scratch));
  const first = await bytes.next();
  let begun = false;
  const iterator: AsyncIterableIterator<Buffer> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (begun) return bytes.next();
      begun = true;
      return Promise.resolve(first);
    },
    return: () => bytes.return(undefined),
  };
  return iterator;
}

async function csvOf(result: ResultToDownload): Promise<AsyncGenerator<Buffer>> {
  const { csvBytes } = await import("./csv-bytes.ts");
  return csvBytes(result);
}

async function parquetOf(result: ResultToDownload, scratch: DownloadScratch): Promise<AsyncGenerator<Buffer>> {
  const { parquetBytes } = await import("./parquet-bytes.ts");
  return parquetBytes(result, scratch);
}

const ROWS_AT_ONCE = 1_000;

/** All rows, some at a time. */
export async function* rowPages({ rows }: ResultToDownload): AsyncGenerator<readonly ResultRow[]> {
  for (let from = 0; ; ) {
    const some = await rows(from, ROWS_AT_ONCE);
    if (some.length === 0) return;
    from += some.length;
    yield some;
  }
}
