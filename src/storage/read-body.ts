import { crc32 } from "node:zlib";
import { checksumText } from "./checksum-text.ts";
import { type ObjectBody, ObjectStoreError } from "./object-store.ts";

/** Bodies are read in pieces of this size: large enough for a fast disk, small beside a worker's memory. */
const PIECE_BYTES = 1024 * 1024;

/**
 * The body, piece by piece, checked against its own length and CRC-32 at the end: a body that changed under our hands
 * must never become an object, so whoever writes it makes it visible only after the last piece came without an error.
 */
export async function* readBody(body: ObjectBody): AsyncGenerator<Buffer> {
  let checksum = 0;
  for (let start = 0; start < body.bytes; start += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, body.bytes - start);
    const piece = await body.read(start, length);
    if (piece.length !== length) throw bodyChanged(`${length} bytes at ${start}`, `${piece.length}`);
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (checksum !== body.checksum) throw bodyChanged(`CRC-32 ${checksumText(body.checksum)}`, checksumText(checksum));
}

function bodyChanged(expected: string, found: string): ObjectStoreError {
  return new ObjectStoreError("rejected", `The body to be written has changed: expected ${expected}, found ${found}`);
}
