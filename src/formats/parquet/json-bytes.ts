/**
 * Strict JSON over bytes, for lines that end in a line feed: nothing in JSON but white space may hold one, so no function
 * here runs past its line. Each takes the place of a value's first byte and returns the place behind it, or -1.
 *
 * -1 means "not proved", never "wrong": whoever hears it asks the reader of rows.
 */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const UNPROVED = -1;

const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BLANK = 0x20;
const TAB = 0x09;

/** 1 for bytes that stand for themselves inside a string. Whether they are UTF-8 is asked for many lines at once. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < BLANK || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

/** Bytes are read without a check for the end of the array: the line feed at the end of the line stands before it. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (byteAt(bytes, at) === BLANK || byteAt(bytes, at) === TAB) at++;
  return at;
}

/** `start` is that of the opening quote. */
export function stringEnd(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; ) {
    at = plainEnd(bytes, at);
    const byte = byteAt(bytes, at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return UNPROVED;
    at = escapeEnd(bytes, at);
    if (at === UNPROVED) return UNPROVED;
  }
}

/** Behind the bytes that stand for themselves. */
function plainEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (const shortEnd = start + SHORT_BYTES; at < shortEnd; at++) {
    if (PLAIN[byteAt(bytes, at)] !== 1) return at;
  }
  at = plainWordsEnd(bytes, at);
  while (PLAIN[byteAt(bytes, at)] === 1) at++;
  return at;
}

/** Most keys and values end before it is worth to look at four bytes at once. */
const SHORT_BYTES = 16;

/** The memory of the array that was looked at last, four bytes at a time. */
let words: Int32Array = new Int32Array(0);

/** Near the first byte that does not stand for itself, at most three before it. */
function plainWordsEnd(bytes: Uint8Array, start: number): number {
  if (words.buffer !== bytes.buffer) words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  const offset = bytes.byteOffset;
  let at = start;
  for (; ((at + offset) & 3) !== 0; at++) if (PLAIN[byteAt(bytes, at)] !== 1) return at;
  let word = (at + offset) >> 2;
  for (const end = words.length; word < end; word++) if (hasSpecialByte(words[word] as number)) break;
  return (word << 2) - offset;
}

/**
 * Whether one of four bytes is below 0x20, a quote or a backslash. `x - 1 & ~x` has the high bit of a byte set where the
 * byte is zero; a borrow may set that of the byte above as well, but never without one below.
 */
function hasSpecialByte(four: number): boolean {
  const quotes = four ^ 0x22222222;
  const backslashes = four ^ 0x5c5c5c5c;
  const controls = (four - 0x20202020) & ~four;
  const found = controls | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
  return (found & 0x80808080) !== 0;
}

/** Letters that may follow a backslash, but for the `u`. */
const ESCAPES = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)));
const LETTER_U = 0x75;

function escapeEnd(bytes: Uint8Array, at: number): number {
  const letter = byteAt(bytes, at + 1);
  if (ESCAPES.has(letter)) return at + 2;
  if (letter !== LETTER_U) return UNPROVED;
  const unit = hexUnit(bytes, at + 2);
  if (unit < 0xd800 || unit > 0xdfff) return unit === UNPROVED ? UNPROVED : at + 6;
  if (unit > 0xdbff || byteAt(bytes, at + 6) !== BACKSLASH || byteAt(bytes, at + 7) !== LETTER_U) return UNPROVED;
  const low = hexUnit(bytes, at + 8);
  return low >= 0xdc00 && low <= 0xdfff ? at + 12 : UNPROVED;
}

function hexUnit(bytes: Uint8Array, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const byte = byteAt(bytes, at);
    const lower = byte | 0x20;
    if (byte >= ZERO && byte <= NINE) unit = unit * 16 + byte - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return UNPROVED;
  }
  return unit;
}

/** What the last number looked like: digits before and behind the point, and whether it had an exponent. */
export const lastNumber = { wholeDigits: 0, fractionDigits: 0, exponent: false };

export function numberEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  if (byteAt(bytes, at) === MINUS) at++;
  const whole = at;
  at = digitsEnd(bytes, at);
  if (at === whole || (byteAt(bytes, whole) === ZERO && at > whole + 1)) return UNPROVED;
  lastNumber.wholeDigits = at - whole;
  lastNumber.fractionDigits = 0;
  lastNumber.exponent = false;
  if (byteAt(bytes, at) === POINT) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction);
    lastNumber.fractionDigits = at - fraction;
    if (at === fraction) return UNPROVED;
  }
  return (byteAt(bytes, at) | 0x20) === 0x65 ? exponentEnd(bytes, at + 1) : at;
}

function exponentEnd(bytes: Uint8Array, start: number): number {
  const sign = byteAt(bytes, start);
  const digits = sign === PLUS || sign === MINUS ? start + 1 : start;
  const end = digitsEnd(bytes, digits);
  lastNumber.exponent = true;
  return end === digits ? UNPROVED : end;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (byteAt(bytes, at) >= ZERO && byteAt(bytes, at) <= NINE) at++;
  return at;
}

/** `word` as the bytes of `true`, `false` or `null`. */
export function wordEnd(bytes: Uint8Array, start: number, word: Uint8Array): number {
  for (let index = 0; index < word.length; index++) {
    if (byteAt(bytes, start + index) !== word[index]) return UNPROVED;
  }
  return start + word.length;
}

export const TRUE = Buffer.from("true");
export const FALSE = Buffer.from("false");
export const NULL = Buffer.from("null");

/** Nesting that is followed here; deeper values are left to the reader of rows, which has no such limit. */
const DEPTH_MAX = 32;

/** Any value, of which nothing is wanted but that it is JSON. */
export function valueEnd(bytes: Uint8Array, start: number, depth = 0): number {
  switch (byteAt(bytes, start)) {
    case QUOTE:
      return stringEnd(bytes, start);
    case OPEN_BRACE:
      return depth < DEPTH_MAX ? objectEnd(bytes, start, depth + 1) : UNPROVED;
    case OPEN_BRACKET:
      return depth < DEPTH_MAX ? arrayEnd(bytes, start, depth + 1) : UNPROVED;
    case 0x74: // t
      return wordEnd(bytes, start, TRUE);
    case 0x66: // f
      return wordEnd(bytes, start, FALSE);
    case 0x6e: // n
      return wordEnd(bytes, start, NULL);
    default:
      return numberEnd(bytes, start);
  }
}

function objectEnd(bytes: Uint8Array, start: number, depth: number): number {
  let at = skipBlanks(bytes, start + 1);
  if (byteAt(bytes, at) === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (byteAt(bytes, at) !== QUOTE) return UNPROVED;
    at = stringEnd(bytes, at);
    if (at === UNPROVED) return UNPROVED;
    at = skipBlanks(bytes, at);
    if (byteAt(bytes, at) !== COLON) return UNPROVED;
    at = valueEnd(bytes, skipBlanks(bytes, at + 1), depth);
    if (at === UNPROVED) return UNPROVED;
    at = skipBlanks(bytes, at);
    if (byteAt(bytes, at) === CLOSE_BRACE) return at + 1;
    if (byteAt(bytes, at) !== COMMA) return UNPROVED;
    at = skipBlanks(bytes, at + 1);
  }
}

function arrayEnd(bytes: Uint8Array, start: number, depth: number): number {
  const first = skipBlanks(bytes, start + 1);
  if (byteAt(bytes, first) === CLOSE_BRACKET) return first + 1;
  return elementsEnd(bytes, first, (each, at) => valueEnd(each, at, depth));
}

/** Elements of an array from the first on, each proved by `prove`. */
export function elementsEnd(
  bytes: Uint8Array,
  first: number,
  prove: (bytes: Uint8Array, at: number) => number,
): number {
  for (let at = first; ; ) {
    at = prove(bytes, at);
    if (at === UNPROVED) return UNPROVED;
    at = skipBlanks(bytes, at);
    if (byteAt(bytes, at) === CLOSE_BRACKET) return at + 1;
    if (byteAt(bytes, at) !== COMMA) return UNPROVED;
    at = skipBlanks(bytes, at + 1);
  }
}
