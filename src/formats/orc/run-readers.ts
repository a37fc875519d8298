import type { StreamBytes } from "./stream-bytes.ts";

/** The run-length encodings of ORC, read a value at a time. Whole numbers are `number`s where that is exact. */

export type Integer = number | bigint;

/**
 *     run        control 0 to 127: one byte, so many times and three      literals   control 128 to 255: 256 less it bytes
 */
export class ByteRuns {
  readonly #stream: StreamBytes;
  #left = 0;
  #repeated: number | undefined;

  constructor(stream: StreamBytes) {
    this.#stream = stream;
  }

  next(): number {
    if (this.#left === 0) {
      const control = this.#stream.byte();
      this.#left = control < 128 ? control + 3 : 256 - control;
      this.#repeated = control < 128 ? this.#stream.byte() : undefined;
    }
    this.#left--;
    return this.#repeated ?? this.#stream.byte();
  }
}

/** Bits in runs of bytes, the highest first. */
export class BitRuns {
  readonly #bytes: ByteRuns;
  #byte = 0;
  #left = 0;

  constructor(stream: StreamBytes) {
    this.#bytes = new ByteRuns(stream);
  }

  next(): boolean {
    if (this.#left === 0) {
      this.#byte = this.#bytes.next();
      this.#left = 8;
    }
    this.#left--;
    return ((this.#byte >> this.#left) & 1) === 1;
  }
}

export interface IntegerRuns {
  next(): Integer;
}

/**
 * Version 1, of older writers:
 *
 *     run        control 0 to 127: count less three, step (signed byte), first value (varint)
 *     literals   control 128 to 255: 256 less it varints
 */
export class IntegerRunsV1 implements IntegerRuns {
  readonly #stream: StreamBytes;
  readonly #signed: boolean;
  #left = 0;
  #step: number | undefined;
  #value: Integer = 0;

  constructor(stream: StreamBytes, signed: boolean) {
    this.#stream = stream;
    this.#signed = signed;
  }

  next(): Integer {
    if (this.#left === 0) return this.#begin();
    this.#left--;
    this.#value = this.#step === undefined ? readVarint(this.#stream, this.#signed) : sum(this.#value, this.#step);
    return this.#value;
  }

  #begin(): Integer {
    const control = this.#stream.byte();
    this.#left = (control < 128 ? control + 3 : 256 - control) - 1;
    this.#step = control < 128 ? (this.#stream.byte() << 24) >> 24 : undefined;
    this.#value = readVarint(this.#stream, this.#signed);
    return this.#value;
  }
}

/** Zigzag where `signed`, in groups of seven bits, at most ten of them. */
export function readVarint(stream: StreamBytes, signed: boolean): Integer {
  let coded = 0;
  for (let shift = 0; shift < 49; shift += 7) {
    const byte = stream.byte();
    coded += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return signed ? unzigzag(coded) : coded;
  }
  return wideVarint(stream, BigInt(coded), 49n, 70n, signed);
}

/** A decimal has as many digits as it likes; one of more than 38 is nobody's. */
export function readWideVarint(stream: StreamBytes): bigint {
  return BigInt(wideVarint(stream, 0n, 0n, 140n, true));
}

function wideVarint(stream: StreamBytes, start: bigint, from: bigint, bitsMax: bigint, signed: boolean): Integer {
  let coded = start;
  for (let shift = from; shift < bitsMax; shift += 7n) {
    const byte = stream.byte();
    coded += BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return signed ? unzigzag(coded) : exact(coded);
  }
  throw new Error(`Expected a number of at most ${bitsMax} bits`);
}

export function unzigzag(coded: Integer): Integer {
  if (typeof coded === "number") return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  return exact((coded & 1n) === 0n ? coded >> 1n : -((coded + 1n) >> 1n));
}

/** In 64 bits, as writers count. */
export function sum(one: Integer, other: Integer): Integer {
  if (typeof one === "number" && typeof other === "number") {
    const total = one + other;
    if (Number.isSafeInteger(total)) return total;
  }
  return exact(BigInt.asIntN(64, BigInt(one) + BigInt(other)));
}

export function exact(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
