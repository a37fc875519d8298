/**
 * Thrift's compact protocol as Parquet's footer and page headers use it, read into a tree that keeps every field, those
 * that nobody here knows as well, and written again to the same bytes.
 *
 *     struct   fields in rising order of their ids, then 00
 *     field    delta of the id (4 bits) and type (4 bits); with a delta of 0 the id follows (zigzag varint); value
 *     integer  zigzag varint
 *     binary   length (varint), bytes
 *     list     count (4 bits) and type (4 bits); with a count of 15 it follows (varint); elements
 *     boolean  in the type of its field; in a list a byte
 */
export type ThriftValue = boolean | number | Buffer | ThriftStruct | ThriftList;

export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}

export interface ThriftList {
  readonly elementType: number;
  readonly elements: readonly ThriftValue[];
}

/** Fields by their ids. */
export class ThriftStruct {
  readonly #fields: Map<number, ThriftField>;

  constructor(fields: Map<number, ThriftField>) {
    this.#fields = fields;
  }

  get fields(): ReadonlyMap<number, ThriftField> {
    return this.#fields;
  }

  /** A whole number; `undefined` where the field is absent. */
  integer(id: number): number | undefined {
    const value = this.#fields.get(id)?.value;
    if (value === undefined || typeof value === "number") return value;
    throw unexpected(`a number in field ${id}`, typeof value);
  }

  struct(id: number): ThriftStruct | undefined {
    const value = this.#fields.get(id)?.value;
    if (value === undefined || value instanceof ThriftStruct) return value;
    throw unexpected(`a struct in field ${id}`, typeof value);
  }

  /** The structs of a list; none where the field is absent. */
  structs(id: number): readonly ThriftStruct[] {
    const value = this.#fields.get(id)?.value;
    if (value === undefined) return [];
    if (typeof value === "object" && "elements" in value) return value.elements.map(asStruct);
    throw unexpected(`a list in field ${id}`, typeof value);
  }

  /** Changes a whole number; a field that is absent stays so. */
  replaceInteger(id: number, value: number): void {
    const field = this.#fields.get(id);
    if (field !== undefined) this.#fields.set(id, { type: field.type, value });
  }

  remove(...ids: readonly number[]): void {
    for (const id of ids) this.#fields.delete(id);
  }
}

function asStruct(value: ThriftValue): ThriftStruct {
  if (value instanceof ThriftStruct) return value;
  throw unexpected("a list of structs", typeof value);
}

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Reads one struct; `end` is the place behind it. */
export function readThrift(bytes: Buffer, start: number): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new Reader(bytes, start);
  const struct = reader.struct();
  return { struct, end: reader.at };
}

class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftField>();
    let id = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      const type = head & 0x0f;
      const value = type === TRUE || type === FALSE ? type === TRUE : this.#value(type);
      fields.set(id, { type, value });
    }
    return new ThriftStruct(fields);
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
      case BYTE:
        return this.#byte();
      case I16:
      case I32:
      case I64:
        return this.#zigzag();
      case BINARY:
        return this.#binary();
      case LIST:
        return this.#list();
      case STRUCT:
        return this.struct();
      default:
        throw unexpected("one of the types that Parquet's metadata uses", `type ${type}`);
    }
  }

  #list(): ThriftList {
    const head = this.#byte();
    const count = head >> 4 === LONG_LIST ? this.#varint() : head >> 4;
    const elementType = head & 0x0f;
    return { elementType, elements: Array.from({ length: count }, () => this.#value(elementType)) };
  }

  #binary(): Buffer {
    const length = this.#varint();
    this.at += length;
    if (this.at > this.#bytes.length) throw endedEarly();
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #zigzag(): number {
    const coded = this.#varint();
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  /** Counts and places are far below 2^53. */
  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) throw unexpected("a number below 2^53", "a larger one");
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw endedEarly();
    return byte;
  }
}

/** Lists of so many elements and more have their count behind the head. */
const LONG_LIST = 15;

export function writeThrift(struct: ThriftStruct): Buffer {
  const parts: (Buffer | number)[] = [];
  writeStruct(struct, parts);
  return joined(parts);
}

function writeStruct({ fields }: ThriftStruct, parts: (Buffer | number)[]): void {
  let last = 0;
  for (const [id, { type, value }] of fields) {
    const delta = id - last;
    if (delta >= 1 && delta <= 15) parts.push((delta << 4) | type);
    else {
      parts.push(type);
      writeZigzag(id, parts);
    }
    if (typeof value !== "boolean") writeValue(type, value, parts);
    last = id;
  }
  parts.push(0);
}

function writeValue(type: number, value: ThriftValue, parts: (Buffer | number)[]): void {
  if (typeof value === "number") {
    if (type <= BYTE) parts.push(value);
    else writeZigzag(value, parts);
  } else if (Buffer.isBuffer(value)) {
    writeVarint(value.length, parts);
    parts.push(value);
  } else if (value instanceof ThriftStruct) writeStruct(value, parts);
  else if (typeof value === "object") writeList(value, parts);
}

function writeList({ elementType, elements }: ThriftList, parts: (Buffer | number)[]): void {
  parts.push((Math.min(elements.length, LONG_LIST) << 4) | elementType);
  if (elements.length >= LONG_LIST) writeVarint(elements.length, parts);
  for (const element of elements) writeValue(elementType, element, parts);
}

function writeZigzag(value: number, parts: (Buffer | number)[]): void {
  writeVarint(value >= 0 ? value * 2 : -value * 2 - 1, parts);
}

function writeVarint(value: number, parts: (Buffer | number)[]): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) parts.push((rest % 128) | 0x80);
  parts.push(rest);
}

/** Single bytes as numbers, longer runs as buffers. */
function joined(parts: readonly (Buffer | number)[]): Buffer {
  const length = parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? 1 : part.length), 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === "number") bytes[at++] = part;
    else at += part.copy(bytes, at);
  }
  return bytes;
}

function unexpected(expected: string, got: string): Error {
  return new Error(`Expected Parquet metadata with ${expected}, got ${got}`);
}

function endedEarly(): Error {
  return unexpected("all of its bytes", "an end before them");
}
