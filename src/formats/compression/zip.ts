import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Compression, Compressor } from "./compressor.ts";
import { DEFLATE_END, deflateChunk } from "./deflate-chunk.ts";

/**
 * A ZIP file with one deflated entry, whose name is a uuid that has nothing to do with the object's key (reference 5.2).
 *
 * Sizes are unknown when the entry begins, so they follow it in a data descriptor; beyond 4 GiB the descriptor has eight
 * bytes for each size and the directory at the end is ZIP64. The entry's date is the earliest that ZIP can say.
 */
export const zip: Compression = {
  type: "zip",
  extension: ".zip",
  contentEncoding: "zip",
  open: (spec, seed) => new ZipCompressor(spec.level, entryNameOf(seed)),
};

/** Larger values do not fit into the four bytes of the classic fields. */
const CLASSIC_MAX = 0xffff_ffff;

const VERSION_DEFLATE = 20;
const VERSION_ZIP64 = 45;
const FLAG_DESCRIPTOR = 1 << 3;
const METHOD_DEFLATE = 8;
/** 1980-01-01 in the date format of DOS. */
const DOS_DATE = (1 << 5) | 1;

interface ZipEntry {
  readonly name: Buffer;
  readonly crc: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
}

class ZipCompressor implements Compressor {
  readonly #level: number | undefined;
  readonly #name: Buffer;
  #crc = 0;
  #plainBytes = 0;
  #packedBytes = 0;
  #opened = false;

  constructor(level: number | undefined, name: Buffer) {
    this.#level = level;
    this.#name = name;
  }

  async write(chunk: Buffer): Promise<Buffer[]> {
    const opening = this.#open();
    this.#crc = crc32(chunk, this.#crc);
    this.#plainBytes += chunk.length;
    const packed = await deflateChunk(chunk, this.#level);
    for (const piece of packed) this.#packedBytes += piece.length;
    return [...opening, ...packed];
  }

  async end(): Promise<Buffer[]> {
    const opening = this.#open();
    this.#packedBytes += DEFLATE_END.length;
    const entry = {
      name: this.#name,
      crc: this.#crc,
      plainBytes: this.#plainBytes,
      packedBytes: this.#packedBytes,
    };
    return [...opening, DEFLATE_END, zipTail(entry)];
  }

  #open(): Buffer[] {
    if (this.#opened) return [];
    this.#opened = true;
    return [localHeader(this.#name)];
  }
}

/** Everything that follows the packed bytes: data descriptor, directory, end of directory. */
export function zipTail(entry: ZipEntry): Buffer {
  const large = entry.plainBytes > CLASSIC_MAX || entry.packedBytes > CLASSIC_MAX;
  const descriptor = dataDescriptor(entry, large);
  const directory = directoryHeader(entry, large);
  const directoryAt = localHeader(entry.name).length + entry.packedBytes + descriptor.length;
  return Buffer.concat([descriptor, directory, directoryEnd(directory.length, directoryAt)]);
}

function entryNameOf(seed: string): Buffer {
  const hex = createHash("sha256").update(`zip entry ${seed}`).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return Buffer.from(parts.join("-"), "latin1");
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(VERSION_DEFLATE, 4);
  header.writeUInt16LE(FLAG_DESCRIPTOR, 6);
  header.writeUInt16LE(METHOD_DEFLATE, 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function dataDescriptor(entry: ZipEntry, large: boolean): Buffer {
  const descriptor = Buffer.alloc(large ? 24 : 16);
  descriptor.writeUInt32LE(0x0807_4b50, 0);
  descriptor.writeUInt32LE(entry.crc, 4);
  if (large) {
    descriptor.writeBigUInt64LE(BigInt(entry.packedBytes), 8);
    descriptor.writeBigUInt64LE(BigInt(entry.plainBytes), 16);
  } else {
    descriptor.writeUInt32LE(entry.packedBytes, 8);
    descriptor.writeUInt32LE(entry.plainBytes, 12);
  }
  return descriptor;
}

function directoryHeader(entry: ZipEntry, large: boolean): Buffer {
  const extra = large ? zip64Sizes(entry) : Buffer.alloc(0);
  const version = large ? VERSION_ZIP64 : VERSION_DEFLATE;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(FLAG_DESCRIPTOR, 8);
  header.writeUInt16LE(METHOD_DEFLATE, 10);
  header.writeUInt16LE(DOS_DATE, 14);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(large ? CLASSIC_MAX : entry.packedBytes, 20);
  header.writeUInt32LE(large ? CLASSIC_MAX : entry.plainBytes, 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  return Buffer.concat([header, entry.name, extra]);
}

function zip64Sizes(entry: ZipEntry): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(entry.plainBytes), 4);
  extra.writeBigUInt64LE(BigInt(entry.packedBytes), 12);
  return extra;
}

function directoryEnd(directoryBytes: number, directoryAt: number): Buffer {
  const large = directoryAt > CLASSIC_MAX;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(large ? CLASSIC_MAX : directoryAt, 16);
  return large ? Buffer.concat([zip64End(directoryBytes, directoryAt), end]) : end;
}

/** The 64-bit end of directory, and the locator that leads to it. */
function zip64End(directoryBytes: number, directoryAt: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x0606_4b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(VERSION_ZIP64, 12);
  end.writeUInt16LE(VERSION_ZIP64, 14);
  end.writeBigUInt64LE(1n, 24);
  end.writeBigUInt64LE(1n, 32);
  end.writeBigUInt64LE(BigInt(directoryBytes), 40);
  end.writeBigUInt64LE(BigInt(directoryAt), 48);
  end.writeUInt32LE(0x0706_4b50, 56);
  end.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
