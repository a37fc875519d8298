import { crc32 } from "node:zlib";
import { readUint64, writeUint64 } from "../frames/words.ts";
import { LogError } from "../log-error.ts";
import type { RememberedCall } from "./retry-memory.ts";

/**
 * Answers that outlive the segments in which they were stored. Little-endian: magic (8), incarnation (16), end offset
 * u64, count u32, then per call in the order of offsets: digest (16), first offset u64, arrival u64, record count u32,
 * answer length u32, answer; at the end the CRC-32 of all before.
 */
export interface RetrySnapshot {
  readonly incarnation: string;
  /** All calls below this offset that were still remembered are in here; also a witness that the log reached it. */
  readonly end: number;
  readonly calls: readonly (readonly [Buffer, RememberedCall])[];
}

const MAGIC = "LKHRTY01";
const HEADER_BYTES = 36;
const CALL_HEADER_BYTES = 40;
const CRC_BYTES = 4;

export function encodeRetrySnapshot(snapshot: RetrySnapshot): Buffer {
  const answersBytes = snapshot.calls.reduce((sum, [, call]) => sum + call.answer.length, 0);
  const bytes = Buffer.alloc(HEADER_BYTES + snapshot.calls.length * CALL_HEADER_BYTES + answersBytes + CRC_BYTES);
  bytes.write(MAGIC, 0, "latin1");
  bytes.write(snapshot.incarnation, 8, 16, "hex");
  writeUint64(bytes, snapshot.end, 24);
  bytes.writeUInt32LE(snapshot.calls.length, 32);
  let at = HEADER_BYTES;
  for (const [digest, call] of snapshot.calls) {
    digest.copy(bytes, at);
    writeUint64(bytes, call.firstOffset, at + 16);
    writeUint64(bytes, call.arrivalMs, at + 24);
    bytes.writeUInt32LE(call.recordCount, at + 32);
    bytes.writeUInt32LE(call.answer.length, at + 36);
    call.answer.copy(bytes, at + CALL_HEADER_BYTES);
    at += CALL_HEADER_BYTES + call.answer.length;
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at);
  return bytes;
}

/** Throws `LogError` `damaged` when the bytes are not a whole snapshot. */
export function decodeRetrySnapshot(bytes: Buffer, path: string): RetrySnapshot {
  const crcAt = bytes.length - CRC_BYTES;
  const whole =
    crcAt >= HEADER_BYTES &&
    bytes.toString("latin1", 0, 8) === MAGIC &&
    bytes.readUInt32LE(crcAt) === crc32(bytes.subarray(0, crcAt));
  if (!whole) {
    throw new LogError(
      "damaged",
      `${path}, which holds the answers to producers' last calls, is damaged. Restore it from a backup, or remove it to start without: then calls of the last 15 minutes that are repeated are stored twice.`,
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
  return { incarnation: bytes.toString("hex", 8, 24), end: readUint64(bytes, 24), calls };
}
