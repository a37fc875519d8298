import { compressions } from "../../formats/compression/registry.ts";
import type { Disk } from "../../std/disk.ts";
import type { ExportOptions } from "./export-options.ts";
import type { PlannedTable } from "./export-state.ts";
import { LocalFile, type WrittenFile } from "./local-file.ts";
import type { ChunkTask } from "./plan-progress.ts";
import { copyStatement } from "./postgresql/copy-statement.ts";
import type { RowSource } from "./postgresql/session.ts";

/** Enough at a time that a compressor and a disk are worth asking. */
const PIECE_BYTES = 1024 * 1024;

export interface WrittenRows {
  readonly rows: number;
  readonly file: WrittenFile;
}

export interface ChunkToWrite extends Pick<ChunkTask, "table" | "name" | "bounds"> {
  readonly path: string;
  readonly disk: Disk;
}

/**
 * RFC 4180 as PostgreSQL itself writes it: a header, a null as nothing, an empty text as `""`, lines that end with LF. Bytes
 * go through as they come.
 */
export async function writeCsv(
  session: RowSource,
  { table, name, bounds, path, disk }: ChunkToWrite,
  compression: ExportOptions["compression"],
): Promise<WrittenRows> {
  const file = await LocalFile.create(disk, path);
  const compressor = compressions[compression].open({ type: compression }, name);
  const rows = await copyToPieces(session, table, copyStatement(table, bounds, "csv"), async (piece) => {
    await file.write(await compressor.write(piece));
  });
  await file.write(await compressor.end());
  return { rows, file: file.written() };
}

/** The rows for a reader that has to tell nulls and texts apart whatever they look like. */
export async function writeQuotedCsv(
  session: RowSource,
  { table, bounds, path, disk }: ChunkToWrite,
): Promise<WrittenRows> {
  const file = await LocalFile.create(disk, path);
  const rows = await copyToPieces(session, table, copyStatement(table, bounds, "parquet"), async (piece) => {
    await file.write([piece]);
  });
  return { rows, file: file.written() };
}

async function copyToPieces(
  session: RowSource,
  { schema, name }: PlannedTable,
  statement: string,
  take: (piece: Buffer) => Promise<void>,
): Promise<number> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  const letGo = async () => {
    const piece = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    if (piece.length > 0) await take(piece);
  };
  const rows = await session.copy(statement, `Reading ${schema}.${name}`, async (bytes) => {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes >= PIECE_BYTES) await letGo();
  });
  await letGo();
  return rows;
}
