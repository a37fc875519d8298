import type { ReadEventTime } from "../../processors/partition-time/event-time.ts";
import type { JsonValue } from "../../std/json.ts";
import { NO_JSON, scanObject, skipSpace } from "../../std/json-scan.ts";

const OPEN_BRACE = 0x7b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads the event time off records of JSON, of which the archive holds millions: the record is scanned where it lies, and
 * only the value in question becomes anything. A record that is no whole object has no time.
 */
export class TimeField {
  /** As it was named: `trip.dropoff_datetime`. */
  readonly name: string;
  readonly #path: readonly Buffer[];
  readonly #whole: Buffer;
  readonly #read: ReadEventTime;
  // What one scan looks for and finds; kept here, so that a record costs no function of its own.
  #record: Buffer = Buffer.alloc(0);
  #key: Buffer = Buffer.alloc(0);
  #start = NO_JSON;
  #end = NO_JSON;

  constructor(name: string, read: ReadEventTime) {
    this.name = name;
    this.#path = name.split(".").map((part) => Buffer.from(JSON.stringify(part)));
    this.#whole = Buffer.from(JSON.stringify(name));
    this.#read = read;
  }

  /** Milliseconds since 1970; `undefined` where the record shows no time there. */
  timeOf(record: Buffer): number | undefined {
    const start = skipSpace(record, 0);
    // Columns may be called with a dot, which is no path then.
    const found = this.#path.length > 1 && this.#find(record, start, this.#whole);
    if (!found && !this.#walk(record, start)) return undefined;
    const value = this.#value(record);
    return value === undefined ? undefined : this.#read(value);
  }

  #walk(record: Buffer, start: number): boolean {
    let at = start;
    for (const key of this.#path) {
      if (!this.#find(record, at, key)) return false;
      at = this.#start;
    }
    return true;
  }

  #find(record: Buffer, start: number, key: Buffer): boolean {
    if (record[start] !== OPEN_BRACE) return false;
    this.#record = record;
    this.#key = key;
    this.#start = NO_JSON;
    return scanObject(record, start, this.#onMember) !== NO_JSON && this.#start !== NO_JSON;
  }

  /** Of a key that comes twice the last one counts, as everywhere. */
  readonly #onMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void => {
    if (!this.#isKey(keyStart, keyEnd)) return;
    this.#start = valueStart;
    this.#end = valueEnd;
  };

  #isKey(start: number, end: number): boolean {
    const key = this.#key;
    const { length } = key;
    if (end - start === length) {
      let at = 0;
      while (at < length && this.#record[start + at] === key[at]) at++;
      return at === length;
    }
    if (end - start < length || !this.#record.subarray(start, end).includes(BACKSLASH)) return false;
    return JSON.stringify(JSON.parse(this.#record.toString("utf8", start, end))) === key.toString();
  }

  #value(record: Buffer): JsonValue | undefined {
    const first = record[this.#start];
    if (first === QUOTE) {
      const text = record.toString("latin1", this.#start + 1, this.#end - 1);
      return text.includes("\\") ? JSON.parse(record.toString("utf8", this.#start, this.#end)) : text;
    }
    const number = Number(record.toString("latin1", this.#start, this.#end));
    return Number.isNaN(number) ? undefined : number;
  }
}
