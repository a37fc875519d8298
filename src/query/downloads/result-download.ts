import type { DownloadScratch, ResultToDownload } from "./result-pages.ts";

/** How a result is handed out as a file. */
export const DOWNLOAD_FORMS = ["csv", "parquet"] as const;
export type DownloadForm = (typeof DOWNLOAD_FORMS)[number];

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
