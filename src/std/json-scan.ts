/**
 * A strict scanner of JSON (RFC 8259) over bytes: it finds where values end and builds nothing. What `JSON.parse` takes it
 * takes, with two differences: bytes that are no UTF-8 are allowed inside strings, because they can be left alone, and
 * nesting has a limit, because it recurses.
 *
 * All functions take the place of the first byte of a value and return the place after its last one, or `NO_JSON`.
 */
export const NO_JSON = -1;

/** Far deeper than any schema, far shallower than the call stack. */
export const NESTING_MAX = 500;

/** Is told of the members of one object: where key and value stand. Keys come with their quotes. */
export type OnMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void;
export type OnElement = (start: number, end: number) => void;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** Beyond the end: no byte. */
const END = -1;

export function skipValue(bytes: Uint8Array, at: number, depth = 0): number {
  const first = bytes[at] ?? END;
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_BRACE) return scanObject(bytes, at, undefined, depth);
  if (first === OPEN_BRACKET) return scanArray(bytes, at, undefined, depth);
  if (first === MINUS || isDigit(first)) return skipNumber(bytes, at);
  if (first === 0x74) return skipWord(bytes, at, TRUE);
  if (first === 0x66) return skipWord(bytes, at, FALSE);
  if (first === 0x6e) return skipWord(bytes, at, NULL);
  return NO_JSON;
}

export function scanObject(bytes: Uint8Array, start: number, onMember: OnMember | undefined, depth = 0): number {
  if (depth >= NESTING_MAX) return NO_JSON;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (bytes[at] !== QUOTE) return NO_JSON;
    const keyStart = at;
    const keyEnd = skipString(bytes, at);
    if (keyEnd === NO_JSON) return NO_JSON;
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return NO_JSON;
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, valueStart, depth + 1);
    if (valueEnd === NO_JSON) return NO_JSON;
    onMember?.(keyStart, keyEnd, valueStart, valueEnd);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    if (bytes[at] !== COMMA) return NO_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

export function scanArray(bytes: Uint8Array, start: number, onElement: OnElement | undefined, depth = 0): number {
  if (depth >= NESTING_MAX) return NO_JSON;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = skipValue(bytes, at, depth + 1);
    if (end === NO_JSON) return NO_JSON;
    onElement?.(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return NO_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at] ?? END;
    if (byte > SPACE || (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
}

/** 1 for bytes that stand for themselves in a string. Most bytes of most records do: this loop is where the time goes. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

function skipString(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  let at = start + 1;
  for (;;) {
    while (at < length && PLAIN[bytes[at] as number] === 1) at++;
    const byte = bytes[at] ?? END;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return NO_JSON;
    at = skipEscape(bytes, at);
    if (at === NO_JSON) return NO_JSON;
  }
}

/** The letters that may follow a backslash: " \ / b f n r t. */
const ESCAPES = new Set([QUOTE, BACKSLASH, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);
const LETTER_U = 0x75;

function skipEscape(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? END;
  if (ESCAPES.has(letter)) return at + 2;
  if (letter !== LETTER_U) return NO_JSON;
  for (let digit = at + 2; digit < at + 6; digit++) if (!isHexDigit(bytes[digit] ?? END)) return NO_JSON;
  return at + 6;
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const first = at;
  at = skipDigits(bytes, at);
  if (at === first || (bytes[first] === ZERO && at > first + 1)) return NO_JSON;
  if (bytes[at] === POINT) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction);
    if (at === fraction) return NO_JSON;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1];
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = skipDigits(bytes, exponent);
    if (at === exponent) return NO_JSON;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at] ?? END)) at++;
  return at;
}

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function skipWord(bytes: Uint8Array, start: number, word: Buffer): number {
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return NO_JSON;
  return start + word.length;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
