import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import {
  CLOSE_BRACKET,
  elementsEnd,
  FALSE,
  lastNumber,
  NULL,
  numberEnd,
  OPEN_BRACKET,
  QUOTE,
  skipBlanks,
  stringEnd,
  TRUE,
  UNPROVED,
  wordEnd,
} from "./json-bytes.ts";
import { isDateText } from "./prove-time.ts";

/**
 * Proves that DuckDB reads a value as the reader of rows does: returns the place behind it, or -1. Only forms are let pass
 * whose reading is the same beyond doubt; each bound below is where the two were found to part, or could.
 */
export type ValueProof = (bytes: Uint8Array, at: number) => number;

const MINUS = 0x2d;
const BLANK = 0x20;
const LETTER_N = 0x6e;

/** `undefined` for types that are never proved. */
export function valueProof(type: ColumnType, rules: ProofRules): ValueProof | undefined {
  const proof = proofOf(type, rules);
  return proof && orNull(proof);
}

export function orNull(proof: ValueProof): ValueProof {
  return (bytes, at) => (bytes[at] === LETTER_N ? wordEnd(bytes, at, NULL) : proof(bytes, at));
}

export interface ProofRules {
  /** Makes the proof of a struct, of which keys and values are proved together. */
  readonly structProof: (fields: readonly Column[]) => ValueProof;
  /** Forms of timestamps that the row reader takes as well. */
  readonly timestampProof: ValueProof | undefined;
}

function proofOf(type: ColumnType, rules: ProofRules): ValueProof | undefined {
  switch (type.kind) {
    case "boolean":
      return (bytes, at) => wordEnd(bytes, at, bytes[at] === TRUE[0] ? TRUE : FALSE);
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return integerProof(INTEGER_DIGITS[type.kind]);
    case "float":
    case "double":
      return floatingProof(type.kind === "double");
    case "decimal":
      return decimalProof(type.precision, type.scale);
    case "string":
      return (bytes, at) => (bytes[at] === QUOTE ? stringEnd(bytes, at) : UNPROVED);
    case "varchar":
    case "char":
      return boundedTextProof(type.length, type.kind === "char");
    case "timestamp":
      return rules.timestampProof;
    case "date":
      return (bytes, at) => (isDateText(bytes, at + 1) && bytes[at + 11] === QUOTE ? at + 12 : UNPROVED);
    case "array":
      return arrayProof(type.element, rules);
    case "struct":
      return rules.structProof(type.fields);
    default:
      // Keys of maps are data that may have to be folded, and binary is Base64 in the record and not in DuckDB.
      return undefined;
  }
}

/** Digits that any number of them fits into the type; the few numbers beyond are left to the reader of rows. */
const INTEGER_DIGITS = { tinyint: 2, smallint: 4, int: 9, bigint: 18 } as const;

/** DuckDB rounds fractions, so there must be none. */
function integerProof(digitsMax: number): ValueProof {
  return (bytes, at) => {
    const end = numberEnd(bytes, at);
    const { wholeDigits, fractionDigits, exponent } = lastNumber;
    return wholeDigits <= digitsMax && fractionDigits === 0 && !exponent ? end : UNPROVED;
  };
}

/** More digits than any program prints for a double, and fewer than 64 bits hold where there is no point. */
const FLOATING_DIGITS_MAX = 18;

/**
 * Both sides round correctly to 64 bits. Out of the way: exponents, which may overflow, for floats; whole numbers beyond
 * 64 bits; and `-0`, which loses its sign in DuckDB unless there is a point.
 */
function floatingProof(exponents: boolean): ValueProof {
  return (bytes, at) => {
    const end = numberEnd(bytes, at);
    const { wholeDigits, fractionDigits, exponent } = lastNumber;
    if (wholeDigits > FLOATING_DIGITS_MAX || fractionDigits > 30 || (exponent && !exponents)) return UNPROVED;
    if (fractionDigits === 0 && !exponent && bytes[at] === MINUS && bytes[at + 1] === 0x30) return UNPROVED;
    return exponent && !isSmallExponent(bytes, end) ? UNPROVED : end;
  };
}

/** At most two digits: far from where doubles end. */
function isSmallExponent(bytes: Uint8Array, end: number): boolean {
  const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
  return !(isDigit(bytes[end - 1]) && isDigit(bytes[end - 2]) && isDigit(bytes[end - 3]));
}

/** A double carries 15 digits faithfully, and DuckDB goes through one: the number times 10^scale, zeros included. */
const DECIMAL_DIGITS_MAX = 15;

function decimalProof(precision: number, scale: number): ValueProof {
  return (bytes, at) => {
    const end = numberEnd(bytes, at);
    const { wholeDigits, fractionDigits, exponent } = lastNumber;
    const fits = wholeDigits <= precision - scale && fractionDigits <= scale;
    return fits && !exponent && wholeDigits + scale <= DECIMAL_DIGITS_MAX ? end : UNPROVED;
  };
}

/** Characters are never more than bytes. */
function boundedTextProof(length: number, stripsBlanks: boolean): ValueProof {
  return (bytes, at) => {
    const end = bytes[at] === QUOTE ? stringEnd(bytes, at) : UNPROVED;
    if (end - at - 2 > length || (stripsBlanks && bytes[end - 2] === BLANK)) return UNPROVED;
    return end;
  };
}

function arrayProof(element: ColumnType, rules: ProofRules): ValueProof | undefined {
  const prove = valueProof(element, rules);
  if (prove === undefined) return undefined;
  return (bytes, at) => {
    if (bytes[at] !== OPEN_BRACKET) return UNPROVED;
    const first = skipBlanks(bytes, at + 1);
    return bytes[first] === CLOSE_BRACKET ? first + 1 : elementsEnd(bytes, first, prove);
  };
}
