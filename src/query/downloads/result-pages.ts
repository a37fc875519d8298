import type { Disk } from "../../std/disk.ts";
import type { ResultColumn, ResultRow } from "../engine/query-engine.ts";

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
