import { hash } from "node:crypto";
import { answerMemory } from "../../protocol/answer-memory.ts";

/**
 * Record ids as producers see them: opaque tokens of 96 characters, the same again when a retry is answered from memory.
 *
 *     token => 70 characters that stand for stream and partition, then the offset in 26: 12 fixed, 14 hex digits
 *
 * A batch answer holds hundreds of them, so it is made by repeating one prebuilt entry and patching the digits in place:
 * a uuid and JSON text per record would cost as much as reading the request (measured).
 */
export class RecordIds {
  readonly #token: Buffer;

  constructor(streamUid: string, partition: number) {
    const first = hash("sha256", `record-id/${streamUid}/${partition}`, "base64url");
    const second = hash("sha256", `record-id/${streamUid}/${partition}/2`, "base64url");
    const fixed = (first + second).replace(/[-_]/g, "x").slice(0, FIXED_LENGTH);
    this.#token = Buffer.from(fixed + "0".repeat(OFFSET_DIGITS), "latin1");
  }

  /** Id of one record. */
  of(offset: number): string {
    const token = Buffer.from(this.#token);
    writeOffset(token, FIXED_LENGTH, offset);
    return token.toString("latin1");
  }

  /**
   * `{"RecordId":"…"}` once per record of a run of offsets, in order, with commas between, amid `before` and `after`. Made in
   * `answerMemory`, to which whoever sends it gives it back.
   */
  entries(firstOffset: number, count: number, before: string, after: string): Buffer {
    const entry = Buffer.concat([ENTRY_HEAD, this.#token, ENTRY_TAIL]);
    const list = answerMemory.take(before.length + entry.length * count - 1 + after.length);
    list.write(before, 0, "latin1");
    list.fill(entry, before.length, list.length - after.length);
    list.write(after, list.length - after.length, "latin1");
    const digitsAt = before.length + ENTRY_HEAD.length + FIXED_LENGTH;
    for (let index = 0; index < count; index++) writeOffset(list, index * entry.length + digitsAt, firstOffset + index);
    return list;
  }
}

/** Ids of a stream's partition; hashing its name for each call would cost as much as reading a small record. */
export function recordIdsOf(streamUid: string, partition: number): RecordIds {
  const key = `${streamUid}/${partition}`;
  let ids = known.get(key);
  if (ids === undefined) {
    if (known.size >= KNOWN_MAX) known.clear();
    ids = new RecordIds(streamUid, partition);
    known.set(key, ids);
  }
  return ids;
}

const known = new Map<string, RecordIds>();
const KNOWN_MAX = 1_000;

const FIXED_LENGTH = 82;

/** Offsets are exact up to 2^53: 14 hex digits. */
const OFFSET_DIGITS = 14;
const HALF_DIGITS = OFFSET_DIGITS / 2;
const HALF = 16 ** HALF_DIGITS;

const ENTRY_HEAD = Buffer.from('{"RecordId":"');
const ENTRY_TAIL = Buffer.from('"},');
const HEX = Buffer.from("0123456789ABCDEF");

function writeOffset(target: Buffer, at: number, offset: number): void {
  const high = Math.floor(offset / HALF);
  writeHex(target, at + HALF_DIGITS, offset - high * HALF);
  if (high > 0) writeHex(target, at, high);
}

function writeHex(target: Buffer, at: number, value: number): void {
  let rest = value;
  for (let digit = at + HALF_DIGITS - 1; rest > 0; digit--) {
    target[digit] = HEX[rest & 15] ?? 0;
    rest >>>= 4;
  }
}
