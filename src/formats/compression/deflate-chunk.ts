import { promisify } from "node:util";
import { constants, deflateRaw } from "node:zlib";

/**
 * Deflate without a lasting context. zlib's own stream costs some 400 KB for as long as an object is open, and thousands
 * may be. Here each piece is compressed on its own by a native thread and ends on a byte border with an empty stored block
 * (a sync flush), so that pieces put one after another are one deflate stream; `DEFLATE_END` closes it. Against one long
 * stream this costs 0.3 % of size at 256 KiB a piece. Carrying the 32 KiB before each piece as its dictionary would win
 * that back and hold 32 KiB for every open object: not worth it.
 */
export const DEFLATE_PIECE_BYTES = 256 * 1024;

/** An empty last block with fixed codes: what follows the last piece. */
export const DEFLATE_END = Buffer.from([0x03, 0x00]);

/** Level where none is asked for: 1.6 times as fast as level 6 for 5 % more bytes (experiments.md 4). */
export const DEFLATE_LEVEL_DEFAULT = 1;

const deflateRawAsync = promisify<Buffer, Parameters<typeof deflateRaw>[1], Buffer>(deflateRaw);

/** The pieces of `chunk`, compressed side by side, in order. */
export function deflateChunk(chunk: Buffer, level: number = DEFLATE_LEVEL_DEFAULT): Promise<Buffer[]> {
  const pieces: Promise<Buffer>[] = [];
  for (let at = 0; at < chunk.length; at += DEFLATE_PIECE_BYTES) {
    pieces.push(deflatePiece(chunk.subarray(at, at + DEFLATE_PIECE_BYTES), level));
  }
  return Promise.all(pieces);
}

function deflatePiece(piece: Buffer, level: number): Promise<Buffer> {
  return deflateRawAsync(piece, {
    level,
    memLevel: 9,
    finishFlush: constants.Z_SYNC_FLUSH,
    // Room for the whole result, so that one hop to the thread pool does, without pinning much more than that.
    chunkSize: Math.max(1024, Math.ceil(piece.length / 2)),
  });
}
