import { invariant } from "../../std/assert.ts";
import type { RefusedRecord } from "../streams.ts";

/**
 * What a producer was told, as it is stored in the frame of its records, so that a retry hears the same:
 *
 *     u8 version = 1 | u8 encrypted | u32 records of the call | u32 index and u8 code, once per refused record
 */
export interface StoredAnswer {
  readonly records: number;
  readonly encrypted: boolean;
  readonly refused: readonly RefusedRecord[];
}

const VERSION = 1;
const HEAD_BYTES = 6;
const REFUSED_BYTES = 5;
const CODES: readonly RefusedRecord["code"][] = ["slow-down", "internal"];

const MESSAGES: Readonly<Record<RefusedRecord["code"], string>> = {
  "slow-down": "Slow down.",
  internal: "Internal service failure.",
};

export function refusedRecord(index: number, code: RefusedRecord["code"]): RefusedRecord {
  return { index, code, message: MESSAGES[code] };
}

export function encodeAnswer(answer: StoredAnswer): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + REFUSED_BYTES * answer.refused.length);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(answer.encrypted ? 1 : 0, 1);
  bytes.writeUInt32LE(answer.records, 2);
  for (const [place, { index, code }] of answer.refused.entries()) {
    const at = HEAD_BYTES + place * REFUSED_BYTES;
    bytes.writeUInt32LE(index, at);
    bytes.writeUInt8(CODES.indexOf(code), at + 4);
  }
  return bytes;
}

export function decodeAnswer(stored: Uint8Array): StoredAnswer {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  invariant(bytes.length >= HEAD_BYTES && bytes[0] === VERSION, "a stored answer has a version that this code wrote");
  const refused: RefusedRecord[] = [];
  for (let at = HEAD_BYTES; at + REFUSED_BYTES <= bytes.length; at += REFUSED_BYTES) {
    const code = CODES[bytes.readUInt8(at + 4)] ?? "internal";
    refused.push(refusedRecord(bytes.readUInt32LE(at), code));
  }
  return { records: bytes.readUInt32LE(2), encrypted: bytes[1] === 1, refused };
}
