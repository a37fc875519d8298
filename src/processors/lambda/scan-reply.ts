import { decodedBytes } from "../../std/base64-text.ts";
import type { JsonValue } from "../../std/json.ts";
import { NO_JSON, skipSpace, skipValue } from "../../std/json-scan.ts";
import type { LambdaEvent } from "./lambda-event.ts";

/**
 * The fast road of replies: a strict scan over their bytes for what functions nearly always answer.
 *
 *     reply => { "records": [ entry, … ] }         one for each record that was sent, in the same order
 *     entry => { "recordId": id, "result": "Ok" | "Dropped" | "ProcessingFailed", "data": base64, "metadata": any }
 *
 * Members of an entry come in any order, `data` and `metadata` where they are given; white space may stand wherever JSON allows
 * it. Anything else at all returns `undefined`, and the parser takes the same bytes. So this code never has to explain
 * anything; a test holds that it never disagrees.
 *
 * Why: a parsed reply is a string of megabytes and one more for each record, which kept the collector busier than all other
 * work of an invocation together.
 */
export function scanReply(reply: Buffer, event: LambdaEvent): ScannedReply | undefined {
  return new Scanner(reply, event).scan();
}

/** By the places of the records in the event. */
export interface ScannedReply {
  readonly results: readonly ScannedResult[];
  /** Views of one buffer; always there with `Ok`. */
  readonly data: readonly (Buffer | undefined)[];
  readonly metadata: ReadonlyMap<number, JsonValue>;
}

export type ScannedResult = "Ok" | "Dropped" | "ProcessingFailed";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MINUS = 0x2d;
const UNDERSCORE = 0x5f;

const RECORDS = Buffer.from('"records"');
const RECORD_ID = Buffer.from('"recordId"');
const RESULT = Buffer.from('"result"');
const DATA = Buffer.from('"data"');
const METADATA = Buffer.from('"metadata"');
const RESULTS = (["Ok", "Dropped", "ProcessingFailed"] as const).map(
  (result) => [result, Buffer.from(`"${result}"`)] as const,
);

class Scanner {
  readonly #reply: Buffer;
  readonly #event: Buffer;
  readonly #idPlaces: Uint32Array;
  /** Where each record's base64 stands; from 0 to 0 where it has none. */
  readonly #spans: Uint32Array;
  readonly #results: ScannedResult[] = [];
  readonly #metadata = new Map<number, JsonValue>();
  #at = 0;
  #decodedBytes = 0;

  constructor(reply: Buffer, { bytes, idPlaces }: LambdaEvent) {
    this.#reply = reply;
    this.#event = bytes;
    this.#idPlaces = idPlaces;
    this.#spans = new Uint32Array(idPlaces.length * 2);
  }

  scan(): ScannedReply | undefined {
    if (!this.#take(OPEN_OBJECT) || !this.#takeWord(RECORDS) || !this.#take(COLON)) return undefined;
    if (!this.#take(OPEN_LIST)) return undefined;
    for (let place = 0; place < this.#idPlaces.length; place++) {
      if (place > 0 && !this.#take(COMMA)) return undefined;
      if (!this.#scanEntry(place)) return undefined;
    }
    if (!this.#take(CLOSE_LIST) || !this.#take(CLOSE_OBJECT)) return undefined;
    return skipSpace(this.#reply, this.#at) === this.#reply.length ? this.#decode() : undefined;
  }

  #scanEntry(place: number): boolean {
    if (!this.#take(OPEN_OBJECT)) return false;
    let named = false;
    let hasData = false;
    do {
      if (!named && this.#takeWord(RECORD_ID)) {
        named = this.#takeId(place);
        if (!named) return false;
      } else if (this.#results.length === place && this.#takeWord(RESULT)) {
        if (!this.#takeResult()) return false;
      } else if (!hasData && this.#takeWord(DATA)) {
        hasData = this.#takeData(place);
        if (!hasData) return false;
      } else if (!this.#metadata.has(place) && this.#takeWord(METADATA)) {
        if (!this.#takeMetadata(place)) return false;
      } else return false;
    } while (this.#take(COMMA));
    const complete = named && (hasData || this.#results[place] !== "Ok");
    return complete && this.#results.length > place && this.#take(CLOSE_OBJECT);
  }

  /** Ids hold digits and letters only, so that their quotes end them. */
  #takeId(place: number): boolean {
    if (!this.#take(COLON) || !this.#take(QUOTE)) return false;
    const reply = this.#reply;
    const event = this.#event;
    let inReply = this.#at;
    let inEvent = this.#idPlaces[place] ?? 0;
    while (reply[inReply] === event[inEvent]) {
      if (reply[inReply] === QUOTE) {
        this.#at = inReply + 1;
        return true;
      }
      inReply++;
      inEvent++;
    }
    return false;
  }

  #takeResult(): boolean {
    if (!this.#take(COLON)) return false;
    for (const [result, word] of RESULTS) {
      if (!this.#takeWord(word)) continue;
      this.#results.push(result);
      return true;
    }
    return false;
  }

  #takeData(place: number): boolean {
    if (!this.#take(COLON) || !this.#take(QUOTE)) return false;
    const from = this.#at;
    const to = this.#reply.indexOf(QUOTE, from);
    if (to < 0 || (to - from) % 4 !== 0) return false;
    this.#at = to + 1;
    this.#spans[place * 2] = from;
    this.#spans[place * 2 + 1] = to;
    this.#decodedBytes += decodedBytes(this.#reply, from, to);
    return true;
  }

  #takeMetadata(place: number): boolean {
    if (!this.#take(COLON)) return false;
    const from = skipSpace(this.#reply, this.#at);
    const to = skipValue(this.#reply, from);
    if (to === NO_JSON) return false;
    this.#at = to;
    this.#metadata.set(place, JSON.parse(this.#reply.toString("utf8", from, to)) as JsonValue);
    return true;
  }

  /**
   * Node skips what is not base64, and skipping makes the result shorter than its length says: that is the check. It takes
   * the alphabet of URLs too, which is an error here.
   */
  #decode(): ScannedReply | undefined {
    const mayHoldUrls = this.#reply.includes(MINUS) || this.#reply.includes(UNDERSCORE);
    const decoded = Buffer.allocUnsafeSlow(this.#decodedBytes);
    const data: (Buffer | undefined)[] = [];
    let end = 0;
    for (let place = 0; place < this.#results.length; place++) {
      const from = this.#spans[place * 2] ?? 0;
      const to = this.#spans[place * 2 + 1] ?? 0;
      const expected = decodedBytes(this.#reply, from, to);
      const text = this.#reply.toString("latin1", from, to);
      if (mayHoldUrls && (text.includes("-") || text.includes("_"))) return undefined;
      if (decoded.write(text, end, "base64") !== expected) return undefined;
      data.push(to === 0 ? undefined : decoded.subarray(end, end + expected));
      end += expected;
    }
    return { results: this.#results, data, metadata: this.#metadata };
  }

  #take(byte: number): boolean {
    const at = skipSpace(this.#reply, this.#at);
    if (this.#reply[at] !== byte) return false;
    this.#at = at + 1;
    return true;
  }

  #takeWord(word: Buffer): boolean {
    const at = skipSpace(this.#reply, this.#at);
    for (let index = 0; index < word.length; index++) if (this.#reply[at + index] !== word[index]) return false;
    this.#at = at + word.length;
    return true;
  }
}
