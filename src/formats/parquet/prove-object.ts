import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  skipBlanks,
  stringEnd,
  UNPROVED,
  valueEnd,
} from "./json-bytes.ts";
import type { ValueProof } from "./prove-value.ts";

/**
 * Proves objects: every key is looked at, so that one that means a column under another spelling, or a second time, is
 * not overlooked as DuckDB would. Records of a stream look alike, so the keys of the last object are tried first, each at
 * its place: then a key costs a comparison and no text is made of it.
 */
export class ObjectProof {
  readonly #proofs: readonly (ValueProof | undefined)[];
  readonly #keys: ObjectKeys;
  readonly #known = new Map<string, KnownKey>();
  /** Keys by their place in the last object. */
  readonly #expected: KnownKey[] = [];
  /** Number of the object in which a column was met last. */
  readonly #metIn: Float64Array;
  #objects = 0;

  constructor(proofs: readonly (ValueProof | undefined)[], keys: ObjectKeys) {
    this.#proofs = proofs;
    this.#keys = keys;
    this.#metIn = new Float64Array(proofs.length);
  }

  readonly prove: ValueProof = (bytes, start) => {
    if (bytes[start] !== OPEN_BRACE) return UNPROVED;
    // Structs of one type may lie inside each other's arrays, never in themselves: one number per object is enough.
    this.#objects++;
    let at = skipBlanks(bytes, start + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    for (let place = 0; ; place++) {
      at = this.#member(bytes, at, place);
      if (at === UNPROVED) return UNPROVED;
      at = skipBlanks(bytes, at);
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA) return UNPROVED;
      at = skipBlanks(bytes, at + 1);
    }
  };

  #member(bytes: Uint8Array, start: number, place: number): number {
    let key = this.#expected[place];
    if (key === undefined || !startsWith(bytes, start, key.quoted)) {
      key = this.#keyAt(bytes, start);
      if (key === undefined) return UNPROVED;
      if (place < EXPECTED_KEYS_MAX) this.#expected[place] = key;
    }
    let at = skipBlanks(bytes, start + key.quoted.length);
    if (bytes[at] !== COLON) return UNPROVED;
    at = skipBlanks(bytes, at + 1);
    if (key.field === NO_FIELD) return valueEnd(bytes, at);
    const proof = this.#proofs[key.field];
    if (proof === undefined || this.#metIn[key.field] === this.#objects) return UNPROVED;
    this.#metIn[key.field] = this.#objects;
    return proof(bytes, at);
  }

  #keyAt(bytes: Uint8Array, start: number): KnownKey | undefined {
    const end = bytes[start] === QUOTE ? stringEnd(bytes, start) : UNPROVED;
    if (end === UNPROVED) return undefined;
    const quoted = Buffer.from(bytes.subarray(start, end));
    const text = quoted.toString("utf8");
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    // With escapes one key has many spellings.
    if (text.includes("\\")) return undefined;
    const field = this.#keys.fieldOf(text.slice(1, -1));
    if (field === undefined) return undefined;
    const key: KnownKey = { quoted, field };
    if (this.#known.size < KNOWN_KEYS_MAX) this.#known.set(text, key);
    return key;
  }
}

/** How the keys of an object find fields, and how DuckDB will look for them. */
export interface ObjectKeys {
  /** Place of the field that a key belongs to, -1 for none; `undefined` when DuckDB would look for another spelling. */
  fieldOf(key: string): number | undefined;
}

interface KnownKey {
  /** With its quotes. */
  readonly quoted: Uint8Array;
  readonly field: number;
}

const NO_FIELD = -1;

/** Keys may be as many as a producer can think of. */
const KNOWN_KEYS_MAX = 20_000;
const EXPECTED_KEYS_MAX = 20_000;

function startsWith(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index++) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}
