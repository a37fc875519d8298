import { crc32, gunzipSync, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { uncompressSync } from "snappy";

/**
 * Readers of what other programs expect to find in the lake, written from the formats' descriptions and not from our
 * writers: each takes a whole object and gives the bytes in it, or throws.
 */
export const unpack = {
  none: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gunzipSync(bytes),
  zstd: (bytes: Buffer) => zstdDecompressSync(bytes),
  zip: unzip,
  snappy: unsnapStream,
  hadoopSnappy: unsnapHadoop,
} as const satisfies Record<string, (bytes: Buffer) => Buffer>;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const DEFLATED = 8;

/** The one entry of an archive, found by way of the directory at its end, as archivers do. */
function unzip(bytes: Buffer): Buffer {
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end), END_OF_DIRECTORY, "end of the directory");
  expect(bytes.readUInt16LE(end + 10), 1, "entries");
  const entry = bytes.readUInt32LE(end + 16);
  expect(bytes.readUInt32LE(entry), DIRECTORY_ENTRY, "directory entry");
  expect(bytes.readUInt16LE(entry + 10), DEFLATED, "method");
  const checksum = bytes.readUInt32LE(entry + 16);
  const packedBytes = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  expect(bytes.readUInt32LE(local), LOCAL_HEADER, "local header");
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const content = inflateRawSync(bytes.subarray(start, start + packedBytes));
  expect(content.length, bytes.readUInt32LE(entry + 24), "length");
  expect(crc32(content), checksum, "checksum");
  return content;
}

/** snappy-java: a header of 16 bytes, then blocks behind their lengths. */
function unsnapStream(bytes: Buffer): Buffer {
  expect(bytes.subarray(0, 16).toString("hex"), "82534e41505059000000000100000001", "header");
  const blocks: Buffer[] = [];
  for (let at = 16; at < bytes.length; ) {
    const packedBytes = bytes.readUInt32BE(at);
    blocks.push(unsnap(bytes.subarray(at + 4, at + 4 + packedBytes)));
    at += 4 + packedBytes;
  }
  return Buffer.concat(blocks);
}

/** Hadoop: blocks that say how many bytes they hold, in chunks behind their lengths. */
function unsnapHadoop(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    let left = bytes.readUInt32BE(at);
    at += 4;
    while (left > 0) {
      const packedBytes = bytes.readUInt32BE(at);
      const chunk = unsnap(bytes.subarray(at + 4, at + 4 + packedBytes));
      chunks.push(chunk);
      left -= chunk.length;
      at += 4 + packedBytes;
    }
    expect(left, 0, "bytes left in the block");
  }
  return Buffer.concat(chunks);
}

function unsnap(block: Buffer): Buffer {
  const content = uncompressSync(block, { asBuffer: true });
  if (typeof content === "string") throw new TypeError("Expected bytes from Snappy, got text");
  return content;
}

function expect<T>(got: T, wanted: T, what: string): void {
  if (got !== wanted) throw new Error(`Expected ${wanted} as the ${what}, got ${got}`);
}
