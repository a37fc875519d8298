import type { PackedRecords } from "../../../model/records.ts";
import { decodedBytes } from "../../../std/base64-text.ts";
import { BufferPool } from "../../../std/buffer-pool.ts";
import type { PutLimits } from "./put-limits.ts";

/** A put as the operations need it, from the scanner or from the parser; both give the same for the same body. */
export interface Put {
  readonly streamName: string;
  readonly records: PackedRecords;
}

/**
 * The fast road of the hot path (design, rule 3): a strict scan over the request bytes.
 *
 *     PutRecordBatch => { "DeliveryStreamName": name, "Records": [ record, … ] }      members in either order
 *     PutRecord      => { "DeliveryStreamName": name, "Record": record }
 *     record         => { "Data": "standard base64 with padding" }
 *     name           => 1 to 64 of A-Z a-z 0-9 _ . -
 *
 * White space is allowed wherever JSON allows it. Anything else at all — other members, escapes, null, limits exceeded,
 * bad base64 — returns null, and the parser with the full validation takes the same bytes. So this code never has to
 * explain anything; a test holds that it never disagrees.
 *
 * Two passes: the first finds where each record's base64 stands and adds up the sizes, the second decodes into one buffer of
 * that size, which comes from a pool: a fresh one per request keeps the collector busy.
 */
export function scanPutRecordBatch(body: Buffer, limits: PutLimits): Put | null {
  return new Scanner(body, limits).scan(RECORDS);
}

export function scanPutRecord(body: Buffer, limits: PutLimits): Put | null {
  return new Scanner(body, limits).scan(RECORD);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MINUS = 0x2d;
const UNDERSCORE = 0x5f;
const NAME_BYTES_MAX = 64;

const STREAM_NAME = Buffer.from('"DeliveryStreamName"');
const RECORDS = Buffer.from('"Records"');
const RECORD = Buffer.from('"Record"');
const DATA = Buffer.from('"Data"');

const NAME_BYTES = new Uint8Array(256);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
  NAME_BYTES[char.charCodeAt(0)] = 1;

/** Start and end of each record's base64, reused by every scan: a scan never waits, so no two are under way. */
let spans = new Uint32Array(1024);

/** Where records are decoded to; as many as the requests under way need. */
const decoded = new BufferPool(32 * 1024 * 1024);

/** Gives the memory of scanned records back, once the log has them. */
export function releaseRecords(records: PackedRecords): void {
  decoded.giveBack(records.bytes);
}

class Scanner {
  readonly #body: Buffer;
  readonly #limits: PutLimits;
  #at = 0;
  #records = 0;
  #bytes = 0;

  constructor(body: Buffer, limits: PutLimits) {
    this.#body = body;
    this.#limits = limits;
    if (spans.length < limits.batchRecords * 2) spans = new Uint32Array(limits.batchRecords * 2);
  }

  scan(recordsMember: Buffer): Put | null {
    if (!this.#take(OPEN_OBJECT)) return null;
    let streamName = "";
    let recordsFrom = -1;
    let recordsTo = 0;
    for (let member = 0; member < 2; member++) {
      if (member > 0 && !this.#take(COMMA)) return null;
      if (streamName === "" && this.#takeWord(STREAM_NAME)) {
        streamName = this.#scanName();
        if (streamName === "") return null;
      } else if (recordsFrom < 0 && this.#takeWord(recordsMember)) {
        recordsFrom = this.#at;
        if (!(recordsMember === RECORD ? this.#scanOnly() : this.#scanList())) return null;
        recordsTo = this.#at;
      } else return null;
    }
    if (!this.#take(CLOSE_OBJECT)) return null;
    this.#skipSpace();
    if (this.#at !== this.#body.length || this.#holds(MINUS, recordsFrom, recordsTo)) return null;
    if (this.#holds(UNDERSCORE, recordsFrom, recordsTo)) return null;
    const records = this.#decode();
    return records && { streamName, records };
  }

  #scanName(): string {
    if (!this.#take(COLON) || !this.#take(QUOTE)) return "";
    const body = this.#body;
    const from = this.#at;
    while (NAME_BYTES[body[this.#at] ?? 0] === 1) this.#at++;
    const to = this.#at;
    if (to - from > NAME_BYTES_MAX || body[this.#at++] !== QUOTE) return "";
    return body.toString("latin1", from, to);
  }

  #scanOnly(): boolean {
    return this.#take(COLON) && this.#scanRecord();
  }

  #scanList(): boolean {
    if (!this.#take(COLON) || !this.#take(OPEN_LIST)) return false;
    do {
      if (this.#records === this.#limits.batchRecords || !this.#scanRecord()) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE_LIST);
  }

  #scanRecord(): boolean {
    const body = this.#body;
    if (!this.#take(OPEN_OBJECT) || !this.#takeWord(DATA) || !this.#take(COLON) || !this.#take(QUOTE)) return false;
    const from = this.#at;
    const to = body.indexOf(QUOTE, from);
    if (to < 0 || (to - from) % 4 !== 0) return false;
    this.#at = to + 1;
    const bytes = decodedBytes(body, from, to);
    this.#bytes += bytes;
    if (bytes > this.#limits.recordBytes || this.#bytes > this.#limits.batchBytes) return false;
    spans[this.#records * 2] = from;
    spans[this.#records * 2 + 1] = to;
    this.#records++;
    return this.#take(CLOSE_OBJECT);
  }

  /** Node skips what is not base64, and skipping makes the result shorter than its length says: that is the check. */
  #decode(): PackedRecords | null {
    const body = this.#body;
    const bytes = decoded.take(this.#bytes);
    const ends = new Uint32Array(this.#records);
    let end = 0;
    for (let index = 0; index < this.#records; index++) {
      const from = spans[index * 2] ?? 0;
      const to = spans[index * 2 + 1] ?? 0;
      const expected = decodedBytes(body, from, to);
      if (expected > 0 && bytes.write(body.toString("latin1", from, to), end, expected, "base64") !== expected)
        return this.#giveUp(bytes);
      end += expected;
      ends[index] = end;
    }
    return { bytes, ends };
  }

  #giveUp(bytes: Buffer): null {
    decoded.giveBack(bytes);
    return null;
  }

  #take(byte: number): boolean {
    this.#skipSpace();
    if (this.#body[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #takeWord(word: Buffer): boolean {
    this.#skipSpace();
    const body = this.#body;
    const at = this.#at;
    for (let index = 0; index < word.length; index++) if (body[at + index] !== word[index]) return false;
    this.#at = at + word.length;
    return true;
  }

  #skipSpace(): void {
    const body = this.#body;
    let byte = body[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = body[++this.#at];
  }

  /** Node's decoder also takes the URL alphabet, which AWS does not. */
  #holds(byte: number, from: number, to: number): boolean {
    const found = this.#body.indexOf(byte, from);
    return found >= 0 && found < to;
  }
}
