/** An LZ4 frame of blocks that are not compressed, or of literals alone: what a reader has to know, without a compressor. */
export function lz4Frame(plain: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < plain.length; at += BLOCK_BYTES) {
    const content = plain.subarray(at, at + BLOCK_BYTES);
    const block = literals(content);
    blocks.push(uint32(block.length), block);
  }
  // Version 1, independent blocks, no checksums; blocks of 64 KiB; the descriptor's own checksum, which is not looked at.
  return Buffer.concat([uint32(0x184d_2204), Buffer.from([0x60, 0x40, 0x82]), ...blocks, uint32(0)]);
}

/** With the token and the bytes of the length a block stays below 64 KiB. */
const BLOCK_BYTES = 60_000;

/** One sequence without a match. */
function literals(content: Buffer): Buffer {
  if (content.length < 15) return Buffer.concat([Buffer.from([content.length << 4]), content]);
  const more = content.length - 15;
  const lengths = Buffer.alloc(Math.floor(more / 255) + 1, 255);
  lengths[lengths.length - 1] = more % 255;
  return Buffer.concat([Buffer.from([0xf0]), lengths, content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
