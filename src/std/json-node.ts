import { NO_JSON, scanArray, scanObject, skipSpace } from "./json-scan.ts";

/**
 * A value of a JSON text where it stands: bytes and two places. Members and elements are looked up when somebody asks and
 * kept, so that of a record only the way to the fields in question is ever taken apart, and numbers stay the text that
 * they were.
 */
export class JsonNode {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  #members: readonly JsonMember[] | undefined;
  #elements: readonly JsonNode[] | undefined;

  /** The value from `start` to `end`, which has been scanned. */
  constructor(bytes: Buffer, start: number, end: number, members?: readonly JsonMember[]) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.#members = members;
  }

  get kind(): JsonKind {
    const first = this.bytes[this.start];
    if (first === 0x22) return "string";
    if (first === 0x7b) return "object";
    if (first === 0x5b) return "array";
    if (first === 0x6e) return "null";
    return first === 0x74 || first === 0x66 ? "boolean" : "number";
  }

  /** The text as it stands. */
  get raw(): string {
    return this.bytes.toString("utf8", this.start, this.end);
  }

  /** What a string says; of anything else its text. */
  get text(): string {
    return this.kind === "string" ? decodeString(this.bytes, this.start, this.end) : this.raw;
  }

  /** Whether `text` is what it says; `textBytes` is the same in UTF-8. */
  says(text: string, textBytes: Buffer): boolean {
    if (this.kind !== "string") return this.raw === text;
    return saysString(this.bytes, this.start, this.end, text, textBytes);
  }

  /** None unless it is an object. */
  members(): readonly JsonMember[] {
    if (this.#members === undefined) {
      const members: JsonMember[] = [];
      if (this.kind === "object") collectMembers(this.bytes, this.start, members);
      this.#members = members;
    }
    return this.#members;
  }

  /** None unless it is an array. */
  elements(): readonly JsonNode[] {
    if (this.#elements === undefined) {
      const elements: JsonNode[] = [];
      if (this.kind === "array") {
        scanArray(this.bytes, this.start, (start, end) => elements.push(new JsonNode(this.bytes, start, end)));
      }
      this.#elements = elements;
    }
    return this.#elements;
  }
}

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

export class JsonMember {
  /** The key stands here, with its quotes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;

  constructor(keyStart: number, keyEnd: number, value: JsonNode) {
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.value = value;
  }

  get name(): string {
    return decodeString(this.value.bytes, this.keyStart, this.keyEnd);
  }

  /** Whether it is called so; `nameBytes` is the name in UTF-8. */
  isNamed(name: string, nameBytes: Buffer): boolean {
    return saysString(this.value.bytes, this.keyStart, this.keyEnd, name, nameBytes);
  }
}

const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;

/** The object that `bytes` hold, with nothing but white space around it; `undefined` when they hold something else. */
export function parseJsonObject(bytes: Buffer): JsonNode | undefined {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) return undefined;
  const members: JsonMember[] = [];
  const end = collectMembers(bytes, start, members);
  if (end === NO_JSON || skipSpace(bytes, end) !== bytes.length) return undefined;
  return new JsonNode(bytes, start, end, members);
}

function collectMembers(bytes: Buffer, start: number, members: JsonMember[]): number {
  return scanObject(bytes, start, (keyStart, keyEnd, valueStart, valueEnd) => {
    members.push(new JsonMember(keyStart, keyEnd, new JsonNode(bytes, valueStart, valueEnd)));
  });
}

function decodeString(bytes: Buffer, start: number, end: number): string {
  const inside = bytes.toString("utf8", start + 1, end - 1);
  return inside.includes("\\") ? (JSON.parse(`"${inside}"`) as string) : inside;
}

/** Compares bytes, which is the usual case, and decodes only where the string is written with escapes. */
function saysString(bytes: Buffer, start: number, end: number, text: string, textBytes: Buffer): boolean {
  const length = end - start - 2;
  if (length < textBytes.length) return false;
  if (length === textBytes.length) {
    let at = 0;
    while (at < length && bytes[start + 1 + at] === textBytes[at]) at++;
    // A backslash in the text would stand as two, so equal bytes with one say something else.
    if (at === length) return !textBytes.includes(BACKSLASH);
    return false;
  }
  return bytes.subarray(start, end).includes(BACKSLASH) && decodeString(bytes, start, end) === text;
}
