import { crc32 } from "node:zlib";
import { BLOCK_BYTES } from "./frame-limits.ts";
import { readUint64, writeUint64 } from "./words.ts";

/** What stands in block 0 of a segment file, twice; the layout by byte offset is in `docs/internals/log-format.md`. */
export interface SegmentHeader {
  /** 32 hex digits. */
  readonly incarnation: string;
  /** 32 hex digits. */
  readonly streamUid: string;
  readonly partition: number;
  /** 0 = not encrypted. */
  readonly keyId: number;
  readonly segmentNumber: number;
  /** Drawn for each use of a file, so that frames of an earlier use are never taken for this one's. */
  readonly salt: bigint;
  readonly baseOffset: number;
  /** Length of the file. */
  readonly capacity: number;
  /** No frame in this segment arrived before, no frame in an earlier one after. Milliseconds. */
  readonly createdAt: number;
  /** 0 = there is none. */
  readonly previousSegmentNumber: number;
  /** Where the previous segment ends for good: whatever stands behind in its file is void. */
  readonly previousValidLength: number;
  readonly previousEndOffset: number;
  /** Header CRC of the last frame before this segment: the chain goes on across segments. */
  readonly previousChainCrc: number;
  /** Salt of the key derivation, 32 bytes. */
  readonly keyNonce: Buffer;
}

const MAGIC = Buffer.from("LKHSEG01", "latin1");
const FORMAT_VERSION = 1;
const CRC_AT = 252;
const HEADER_BYTES = 256;
/** The second copy lies in another 512-byte sector, so that one bad sector does not take both. */
const COPIES_AT = [0, 2048];

/** Block 0 of a segment. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  MAGIC.copy(block, 0);
  block.writeUInt16LE(FORMAT_VERSION, 8);
  block.writeUInt32LE(BLOCK_BYTES, 12);
  block.write(header.incarnation, 16, 16, "hex");
  block.write(header.streamUid, 32, 16, "hex");
  block.writeUInt32LE(header.partition, 48);
  block.writeUInt32LE(header.keyId, 52);
  writeUint64(block, header.segmentNumber, 56);
  block.writeBigUInt64LE(header.salt, 64);
  writeUint64(block, header.baseOffset, 72);
  writeUint64(block, header.capacity, 80);
  writeUint64(block, header.createdAt, 88);
  writeUint64(block, header.previousSegmentNumber, 96);
  writeUint64(block, header.previousValidLength, 104);
  writeUint64(block, header.previousEndOffset, 112);
  block.writeUInt32LE(header.previousChainCrc, 120);
  header.keyNonce.copy(block, 128, 0, 32);
  block.writeUInt32LE(crc32(block.subarray(0, CRC_AT)), CRC_AT);
  block.copy(block, COPIES_AT[1], 0, HEADER_BYTES);
  return block;
}

/** The header that block 0 holds, from whichever copy is whole; `undefined` when neither is. */
export function decodeSegmentHeader(block: Buffer): SegmentHeader | undefined {
  for (const at of COPIES_AT) {
    const header = decodeCopy(block.subarray(at, at + HEADER_BYTES));
    if (header !== undefined) return header;
  }
  return undefined;
}

function decodeCopy(copy: Buffer): SegmentHeader | undefined {
  if (copy.length < HEADER_BYTES || !copy.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (copy.readUInt32LE(CRC_AT) !== crc32(copy.subarray(0, CRC_AT))) return undefined;
  if (copy.readUInt16LE(8) !== FORMAT_VERSION || copy.readUInt32LE(12) !== BLOCK_BYTES) return undefined;
  return {
    incarnation: copy.toString("hex", 16, 32),
    streamUid: copy.toString("hex", 32, 48),
    partition: copy.readUInt32LE(48),
    keyId: copy.readUInt32LE(52),
    segmentNumber: readUint64(copy, 56),
    salt: copy.readBigUInt64LE(64),
    baseOffset: readUint64(copy, 72),
    capacity: readUint64(copy, 80),
    createdAt: readUint64(copy, 88),
    previousSegmentNumber: readUint64(copy, 96),
    previousValidLength: readUint64(copy, 104),
    previousEndOffset: readUint64(copy, 112),
    previousChainCrc: copy.readUInt32LE(120),
    keyNonce: Buffer.from(copy.subarray(128, 160)),
  };
}
