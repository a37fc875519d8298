const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;

/**
 * JSON objects that stand one after another, with line breaks, blanks or nothing between them. Braces find where one
 * ends; JSON.parse says whether it is one, so that no cut is taken for an object. `undefined` when anything else is there:
 * an array, a bare number, a half object.
 */
export function splitJson(record: Buffer, countMax: number): Buffer[] | "too many" | undefined {
  const pieces: Buffer[] = [];
  for (let at = skipBlanks(record, 0); at < record.length; at = skipBlanks(record, at)) {
    if (pieces.length === countMax) return "too many";
    const end = endOfObject(record, at);
    if (end === undefined) return undefined;
    const piece = record.subarray(at, end);
    if (!isJson(piece)) return undefined;
    pieces.push(piece);
    at = end;
  }
  return pieces;
}

function skipBlanks(record: Buffer, from: number): number {
  let at = from;
  while (at < record.length && isBlank(record[at])) at++;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

/** One past the brace that closes the object at `start`. */
function endOfObject(record: Buffer, start: number): number | undefined {
  if (record[start] !== OPEN) return undefined;
  let depth = 0;
  for (let at = start; at < record.length; at++) {
    const byte = record[at];
    if (byte === QUOTE) {
      at = endOfString(record, at);
      if (at === -1) return undefined;
    } else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return undefined;
}

/** Where the closing quote stands; -1 when there is none. */
function endOfString(record: Buffer, start: number): number {
  for (let at = record.indexOf(QUOTE, start + 1); at !== -1; at = record.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (record[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function isJson(piece: Buffer): boolean {
  try {
    JSON.parse(piece.toString());
    return true;
  } catch {
    return false;
  }
}
