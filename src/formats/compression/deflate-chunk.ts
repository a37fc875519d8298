import { promisify } from "node:util";
import { constants, deflateRaw } from "node:zlib";

/**
 * Deflate without a lasting context. zlib's own stream costs some 400 KB for as long as an object is open, and thousands
 * may be. Here each piece is compressed on its own by a native thread and ends on a byte border with an empty stored block
 * (a sync flush), so that pieces put one after another are one deflate stream; `DEFLATE_END` closes it.
 *
 * The pieces of one write see the 32 KiB before them as their dictionary, which is at hand and costs nothing. The first
 * piece of a write does not: it would mean to hold 32 KiB for every open object. Against one long stream the objects grow
 * by 0.3 % where records have little in common, and by up to 4 % where they are nearly alike.
 */
export function deflateChunk(chunk: Buffer, level: number = DEFLATE_LEVEL_DEFAULT): Promise<Buffer[]> {
  const count = Math.max(1, Math.round(chunk.length / PIECE_BYTES));
  const pieceBytes = Math.ceil(chunk.length / count);
  const pieces: Promise<Buffer>[] = [];
  for (let at = 0; at < chunk.length; at += pieceBytes) {
    const before = chunk.subarray(Math.max(0, at - WINDOW_BYTES), at);
    pieces.push(deflatePiece(chunk.subarray(at, at + pieceBytes), before, level));
  }
  return Promise.all(pieces);
}

/** An empty last block with fixed codes: what follows the last piece. */
export const DEFLATE_END: Buffer = Buffer.from([0x03, 0x00]);

/** Level where none is asked for: 1.6 times as fast as level 6 for 5 % more bytes (experiments.md 4). */
export const DEFLATE_LEVEL_DEFAULT = 1;

/** What a piece comes close to: enough work for a hop to the thread pool (experiments.md 4, 10). */
const PIECE_BYTES = 256 * 1024;
/** How far back deflate can refer. */
const WINDOW_BYTES = 32 * 1024;

const deflateRawAsync = promisify<Buffer, Parameters<typeof deflateRaw>[1], Buffer>(deflateRaw);

function deflatePiece(piece: Buffer, before: Buffer, level: number): Promise<Buffer> {
  return deflateRawAsync(piece, {
    level,
    memLevel: 9,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(before.length > 0 ? { dictionary: before } : {}),
    // Room for the whole result, so that one hop to the thread pool does, without pinning much more than that.
    chunkSize: Math.max(1024, Math.ceil(piece.length / 2)),
  });
}
