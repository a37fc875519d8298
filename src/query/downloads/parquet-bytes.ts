import { join } from "node:path";
import { DRAIN_BYTES, type EncodeReport, type ParcelEncoder } from "../../formats/format.ts";
import { parquetFormat } from "../../formats/parquet/parquet-format.ts";
import { packRecords } from "../../model/records.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { DiskFile } from "../../std/disk.ts";
import type { JsonObject } from "../../std/json.ts";
import type { ResultRow } from "../engine/query-engine.ts";
import { QueryError } from "../query-error.ts";
import { type DownloadScratch, type ResultToDownload, rowPages } from "./result-pages.ts";
import { fileColumns, fileValue } from "./result-schema.ts";

const READ_AT_ONCE_BYTES = 256 * 1024;

/** Native code makes the file, and its index stands at its end: it is whole before its first byte goes. */
export async function* parquetBytes(
  result: ResultToDownload,
  { disk, directory }: DownloadScratch,
): AsyncGenerator<Buffer> {
  await disk.makeDirectory(directory);
  try {
    const file = await disk.open(join(directory, "result.parquet"), "create");
    try {
      await writeParquet(result, file, directory);
      yield* bytesOf(file);
    } finally {
      await file.close();
    }
  } finally {
    await disk.removeDirectory(directory);
  }
}

async function writeParquet(result: ResultToDownload, file: DiskFile, directory: string): Promise<void> {
  const columns = fileColumns(result.columns);
  const encoder = openEncoder(columns, file, directory);
  let report: EncodeReport;
  try {
    for await (const rows of rowPages(result)) {
      encoder.add(packRecords(rows.map((row) => Buffer.from(JSON.stringify(rowObject(row, columns))))));
      if (encoder.heldBytes >= DRAIN_BYTES) await encoder.drain();
    }
  } finally {
    report = await encoder.finish();
  }
  const [reject] = report.rejects;
  if (reject === undefined) return;
  const message = `Row ${reject.index + 1} cannot be written to Parquet: ${reject.message} Download the result as CSV, or cast the value`;
  throw new QueryError("data", message);
}

function openEncoder(columns: readonly Column[], file: DiskFile, directory: string): ParcelEncoder {
  let bytes = 0;
  let scratchFiles = 0;
  return parquetFormat.open({
    options: { schema: { columns }, json: { caseInsensitive: false } } as unknown as JsonObject,
    compression: { type: "none" },
    seed: "",
    sink: {
      write: async (chunks) => {
        await file.write(chunks, bytes);
        bytes += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      },
    },
    scratch: { path: async (name) => join(directory, `${scratchFiles++}-${name}`) },
  });
}

function rowObject(row: ResultRow, columns: readonly Column[]): JsonObject {
  return Object.fromEntries(columns.map(({ name, type }, at) => [name, fileValue(row[at] ?? null, type)]));
}

async function* bytesOf(file: DiskFile): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const piece = Buffer.alloc(READ_AT_ONCE_BYTES);
    const length = await file.read(piece, at);
    if (length === 0) return;
    at += length;
    yield piece.subarray(0, length);
  }
}
