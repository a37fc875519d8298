import { crc32 } from "node:zlib";
import { readUint64, writeUint64 } from "../frames/words.ts";
import { LogError } from "../log-error.ts";
import type { RememberedCall } from "./retry-memory.ts";
import type { SourcePosition } from "./source-positions.ts";

/**
 * What outlives the segments in which it was stored: answers to calls, positions of sources, ids of messages.
 * Little-endian: magic (8), incarnation (16), end offset u64, count of calls u32, count of sources u32; then per call in the
 * order of offsets: digest (16), first offset u64, arrival u64, record count u32, answer length u32, answer; then per source,
 * the one that spoke last at the end: first offset u64, id length u32, position length u32, id, position; then digests of
 * message ids (16 each), oldest first, which version 1 has not; at the end the CRC-32 of all before.
 */
export interface MemorySnapshot {
  readonly incarnation: string;
  /** All below this offset that was still remembered is in here; also a witness that the log reached it. */
  readonly end: number;
  readonly calls: readonly (readonly [Buffer, RememberedCall])[];
  readonly sources: readonly (readonly [string, SourcePosition])[];
  readonly messages: Buffer;
}

const MAGIC = "LKHMEM02";
const MAGICS: readonly string[] = ["LKHMEM01", MAGIC];
const HEADER_BYTES = 40;
const CALL_HEADER_BYTES = 40;
const SOURCE_HEADER_BYTES = 16;
const CRC_BYTES = 4;

export function encodeMemorySnapshot(snapshot: MemorySnapshot): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.write(snapshot.incarnation, 8, 16, "hex");
  writeUint64(header, snapshot.end, 24);
  header.writeUInt32LE(snapshot.calls.length, 32);
  header.writeUInt32LE(snapshot.sources.length, 36);
  const parts = [
    header,
    ...snapshot.calls.flatMap(callParts),
    ...snapshot.sources.flatMap(sourceParts),
    snapshot.messages,
  ];
  const content = Buffer.concat(parts);
  const crc = Buffer.alloc(CRC_BYTES);
  crc.writeUInt32LE(crc32(content));
  return Buffer.concat([content, crc]);
}

function callParts([digest, call]: readonly [Buffer, RememberedCall]): Buffer[] {
  const header = Buffer.alloc(CALL_HEADER_BYTES);
  digest.copy(header, 0);
  writeUint64(header, call.firstOffset, 16);
  writeUint64(header, call.arrivalMs, 24);
  header.writeUInt32LE(call.recordCount, 32);
  header.writeUInt32LE(call.answer.length, 36);
  return [header, call.answer];
}

function sourceParts([id, { firstOffset, position }]: readonly [string, SourcePosition]): Buffer[] {
  const name = Buffer.from(id);
  const header = Buffer.alloc(SOURCE_HEADER_BYTES);
  writeUint64(header, firstOffset, 0);
  header.writeUInt32LE(name.length, 8);
  header.writeUInt32LE(position.length, 12);
  return [header, name, position];
}

/** Throws `LogError` `damaged` when the bytes are not a whole snapshot. */
export function decodeMemorySnapshot(bytes: Buffer, path: string): MemorySnapshot {
  const crcAt = bytes.length - CRC_BYTES;
  const whole =
    crcAt >= HEADER_BYTES &&
    MAGICS.includes(bytes.toString("latin1", 0, 8)) &&
    bytes.readUInt32LE(crcAt) === crc32(bytes.subarray(0, crcAt));
  if (!whole) {
    throw new LogError(
      "damaged",
      `${path}, which holds the answers to producers' last calls and the positions of sources, is damaged. Restore it from a backup, or remove it to start without: then calls of the last 15 minutes that are repeated are stored twice, and so is what sources hand over again.`,
    );
  }
  const calls: (readonly [Buffer, RememberedCall])[] = [];
  let at = HEADER_BYTES;
  for (let index = 0; index < bytes.readUInt32LE(32); index++) {
    const answerAt = at + CALL_HEADER_BYTES;
    const answerEnd = answerAt + bytes.readUInt32LE(at + 36);
    const call = {
      firstOffset: readUint64(bytes, at + 16),
      arrivalMs: readUint64(bytes, at + 24),
      recordCount: bytes.readUInt32LE(at + 32),
      answer: Buffer.from(bytes.subarray(answerAt, answerEnd)),
    };
    calls.push([bytes.subarray(at, at + 16), call]);
    at = answerEnd;
  }
  const sources: (readonly [string, SourcePosition])[] = [];
  for (let index = 0; index < bytes.readUInt32LE(36); index++) {
    const idAt = at + SOURCE_HEADER_BYTES;
    const positionAt = idAt + bytes.readUInt32LE(at + 8);
    const end = positionAt + bytes.readUInt32LE(at + 12);
    const position = Buffer.from(bytes.subarray(positionAt, end));
    sources.push([bytes.toString("utf8", idAt, positionAt), { firstOffset: readUint64(bytes, at), position }]);
    at = end;
  }
  const messages = bytes.subarray(at, crcAt);
  return { incarnation: bytes.toString("hex", 8, 24), end: readUint64(bytes, 24), calls, sources, messages };
}
