import type { Column, ColumnType } from "../../model/schema/column-type.ts";

/**
 * JSON as producers write it becomes JSON that DuckDB reads: one object a line, and names of declared columns and fields in
 * lower case, since tables know no other (`httpRequest` in the file is `httprequest` in the table).
 *
 *   {"Id":1}{"Id":2,\n "tags":{"A":1}}     ->     {"id":1}\n{"id":2,  "tags":{"A":1}}
 *   [{"Id":1},\n{"Id":2}]                  ->      {"id":1} \n{"id":2}
 *
 * Names inside maps are data and stay as they are, as does all that no column declares. Bytes are changed in place, line
 * breaks are put in, nothing is taken out; what is not JSON goes through for DuckDB to complain about. `changed` tells
 * whether the original would have done.
 */
export class CanonicalJson {
  changed = false;
  readonly #root: ColumnType | undefined;
  readonly #open: Container[] = [];
  #text: "key" | "value" | undefined;
  #escaped = false;
  #key = "";
  /** Bytes of the chunks before. */
  #start = 0;
  /** On top, around objects. */
  #inArray = false;
  /** Nothing but blanks has come since the last object on this line. */
  #lineTaken = false;

  /** Without columns all names stay as they are. */
  constructor(columns?: readonly Column[]) {
    this.#root = columns && { kind: "struct", fields: columns };
  }

  /** All that was opened has been closed: what comes next cannot be taken for a part of it. */
  get isComplete(): boolean {
    return this.#open.length === 0 && this.#text === undefined;
  }

  /** The chunk's bytes may be changed. */
  push(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#text !== undefined) {
        at = this.#inText(chunk, at, byte);
      } else if (this.#open.length > 0) {
        at = this.#inObject(chunk, at, byte);
      } else if (byte === OPEN_OBJECT) {
        if (this.#lineTaken) {
          pieces.push(chunk.subarray(from, at), LINE_BREAK);
          from = at;
          this.changed = true;
        }
        this.#enter(byte, this.#root);
      } else this.#betweenObjects(chunk, at, byte);
    }
    this.#start += chunk.length;
    pieces.push(chunk.subarray(from));
    return pieces;
  }

  /** An array on top is lines in all but its signs. */
  #betweenObjects(chunk: Buffer, at: number, byte: number): void {
    const opens = byte === OPEN_LIST && !this.#inArray;
    const closes = byte === CLOSE_LIST && this.#inArray;
    if (opens || closes) this.#inArray = opens;
    if (byte === LINE_FEED) this.#lineTaken = false;
    const separates = byte === COMMA && (this.#lineTaken || this.#inArray);
    if (opens || closes || separates || byte === BYTE_ORDER_MARK[this.#start + at]) this.#blank(chunk, at);
  }

  /** Returns the last byte that it has dealt with. */
  #inObject(chunk: Buffer, at: number, byte: number): number {
    const container = this.#open[this.#open.length - 1];
    switch (byte) {
      case QUOTE:
        return container?.awaitsKey ? this.#beginKey(chunk, at, container) : this.#beginValue(chunk, at);
      case OPEN_OBJECT:
      case OPEN_LIST:
        this.#enter(byte, container?.next);
        return at;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.#open.pop();
        this.#lineTaken = this.#open.length === 0;
        return at;
      case COMMA:
        if (container?.isObject) container.awaitsKey = true;
        return at;
      case LINE_FEED:
      case CARRIAGE_RETURN:
        this.#blank(chunk, at);
    }
    return at;
  }

  /** The usual key ends in the same chunk and is spelled as the table spells it: it is looked up whole. */
  #beginKey(chunk: Buffer, at: number, container: Container): number {
    const end = endOfText(chunk, at + 1);
    const key = chunk[end] === QUOTE && end - at <= SHORT_KEY ? chunk.toString("latin1", at + 1, end) : undefined;
    if (key === undefined || (container.type?.kind === "struct" && UPPER_CASE.test(key))) {
      this.#text = "key";
      this.#key = "";
      return at;
    }
    container.awaitsKey = false;
    container.next = memberType(container.type, key);
    return end;
  }

  #beginValue(chunk: Buffer, at: number): number {
    const end = endOfText(chunk, at + 1);
    if (chunk[end] === QUOTE) return end;
    this.#text = "value";
    return end - 1;
  }

  /** Returns the last byte that it has dealt with. */
  #inText(chunk: Buffer, at: number, byte: number): number {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#endText();
    else if (this.#text === "key") this.#keyByte(chunk, at, byte);
    else return endOfText(chunk, at) - 1;
    return at;
  }

  #keyByte(chunk: Buffer, at: number, byte: number): void {
    const container = this.#open.at(-1);
    const isUpperCase = byte >= 0x41 && byte <= 0x5a;
    if (isUpperCase && container?.type?.kind === "struct") {
      chunk[at] = byte + 0x20;
      this.changed = true;
    }
    this.#key += String.fromCharCode(chunk[at] ?? 0);
  }

  #endText(): void {
    const container = this.#open.at(-1);
    if (this.#text === "key" && container !== undefined) {
      container.awaitsKey = false;
      container.next = memberType(container.type, this.#key);
    }
    this.#text = undefined;
  }

  #enter(byte: number, type: ColumnType | undefined): void {
    const isObject = byte === OPEN_OBJECT;
    const next = !isObject && type?.kind === "array" ? type.element : undefined;
    this.#open.push({ isObject, awaitsKey: isObject, type, next });
  }

  #blank(chunk: Buffer, at: number): void {
    chunk[at] = BLANK;
    this.changed = true;
  }
}

interface Container {
  readonly isObject: boolean;
  awaitsKey: boolean;
  /** What the table says about it; absent: nothing. */
  readonly type: ColumnType | undefined;
  /** What it says about the value that comes next. */
  next: ColumnType | undefined;
}

/** `key` has one character for each byte. */
function memberType(type: ColumnType | undefined, key: string): ColumnType | undefined {
  if (type?.kind === "map") return type.value;
  if (type?.kind !== "struct") return undefined;
  let known = fieldsOf.get(type);
  if (known === undefined) {
    known = new Map(type.fields.map((field) => [Buffer.from(field.name).toString("latin1"), field.type]));
    fieldsOf.set(type, known);
  }
  return known.get(key);
}

const fieldsOf = new WeakMap<ColumnType, ReadonlyMap<string, ColumnType>>();

/** The next quote or backslash; the end of the chunk where there is none. */
function endOfText(chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
  return at;
}

/** Longer keys are read byte by byte: a text of one would live as long as the chunk. */
const SHORT_KEY = 256;

const UPPER_CASE = /[A-Z]/;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
/** Of UTF-8, as editors on Windows put it in front. */
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");
const LINE_BREAK = Buffer.from("\n");
