import { exact, type Integer, type IntegerRuns, readVarint, sum, unzigzag } from "./run-readers.ts";
import type { StreamBytes } from "./stream-bytes.ts";

/**
 * Runs of integers, version 2; `integer-runs.ts` has the three forms that we write. Others write a fourth:
 *
 *     patched base   10, width (5 bits), count less one (9 bits); bytes of the base less one (3 bits), width of patches
 *                    (5 bits), width of gaps less one (3 bits), count of patches (5 bits); the base (its first bit is the
 *                    sign); what is above the base, in bits of the width; patches: how many values on, and what comes on top
 */
export class IntegerRunsV2 implements IntegerRuns {
  readonly #stream: StreamBytes;
  readonly #signed: boolean;
  #run: readonly Integer[] = [];
  #at = 0;

  constructor(stream: StreamBytes, signed: boolean) {
    this.#stream = stream;
    this.#signed = signed;
  }

  next(): Integer {
    if (this.#at === this.#run.length) {
      this.#run = this.#nextRun();
      this.#at = 0;
    }
    return this.#run[this.#at++] ?? 0;
  }

  #nextRun(): readonly Integer[] {
    const first = this.#stream.byte();
    if (first >> 6 === 0) return this.#shortRepeat(first);
    const code = (first >> 1) & 31;
    const count = (first & 1) * 256 + this.#stream.byte() + 1;
    if (first >> 6 === 1) return this.#direct(widthOf(code), count);
    return first >> 6 === 2
      ? this.#patchedBase(widthOf(code), count)
      : this.#delta(code === 0 ? 0 : widthOf(code), count);
  }

  #shortRepeat(first: number): readonly Integer[] {
    const [value = 0] = unpackBits(this.#stream, 1, (((first >> 3) & 7) + 1) * 8);
    return new Array((first & 7) + 3).fill(this.#signed ? unzigzag(value) : value);
  }

  #direct(width: number, count: number): readonly Integer[] {
    const values = unpackBits(this.#stream, count, width);
    return this.#signed ? values.map(unzigzag) : values;
  }

  #delta(width: number, count: number): readonly Integer[] {
    const values = [readVarint(this.#stream, this.#signed)];
    const step = readVarint(this.#stream, true);
    const sizes = width === 0 ? [] : unpackBits(this.#stream, Math.max(0, count - 2), width);
    for (let place = 1; place < count; place++) {
      const size = sizes[place - 2];
      const difference = place === 1 || size === undefined ? step : step < 0 ? negated(size) : size;
      values.push(sum(values[place - 1] ?? 0, difference));
    }
    return values.slice(0, count);
  }

  #patchedBase(width: number, count: number): readonly Integer[] {
    const [third, fourth] = [this.#stream.byte(), this.#stream.byte()];
    const baseBits = ((third >> 5) + 1) * 8;
    const [coded = 0] = unpackBits(this.#stream, 1, baseBits);
    const patchWidth = widthOf(third & 31);
    const above = [...unpackBits(this.#stream, count, width)];
    const entryWidth = roundedWidth((fourth >> 5) + 1 + patchWidth);
    let place = 0;
    for (const entry of unpackBits(this.#stream, fourth & 31, entryWidth)) {
      place += Number(BigInt(entry) >> BigInt(patchWidth));
      const patch = BigInt.asUintN(patchWidth, BigInt(entry));
      if (place >= count) throw new Error(`Expected patches of ${count} values, got one of value ${place}`);
      above[place] = exact(BigInt.asUintN(64, BigInt(above[place] ?? 0) + (patch << BigInt(width))));
    }
    const base = signAndSize(coded, baseBits);
    return above.map((one) => sum(base, one));
  }
}

/** The base is no complement: its first bit is the sign, the others are its size. */
function signAndSize(coded: Integer, bits: number): Integer {
  const sign = 1n << BigInt(bits - 1);
  const whole = BigInt(coded);
  return exact((whole & sign) === 0n ? whole : -(whole - sign));
}

function negated(value: Integer): Integer {
  return -value;
}

const WIDE_WIDTHS = [26, 28, 30, 32, 40, 48, 56, 64];

function widthOf(code: number): number {
  return code < 24 ? code + 1 : (WIDE_WIDTHS[code - 24] ?? 64);
}

/** The next width that there is. */
function roundedWidth(bits: number): number {
  return bits <= 24 ? bits : (WIDE_WIDTHS.find((width) => width >= bits) ?? 64);
}

/** Widths up to this are read as a `number` in one go. */
const NUMBER_BITS_MAX = 48;

function unpackBits(stream: StreamBytes, count: number, width: number): readonly Integer[] {
  const bits = new Bits(stream.take(Math.ceil((count * width) / 8)));
  const values: Integer[] = new Array(count);
  for (let index = 0; index < count; index++) {
    values[index] =
      width <= NUMBER_BITS_MAX
        ? bits.take(width)
        : exact((BigInt(bits.take(width - 32)) << 32n) + BigInt(bits.take(32)));
  }
  return values;
}

class Bits {
  readonly #bytes: Buffer;
  #at = 0;
  #byte = 0;
  #left = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(width: number): number {
    let value = 0;
    for (let wanted = width; wanted > 0; ) {
      if (this.#left === 0) {
        this.#byte = this.#bytes[this.#at++] ?? 0;
        this.#left = 8;
      }
      const taken = Math.min(wanted, this.#left);
      this.#left -= taken;
      value = value * 2 ** taken + ((this.#byte >> this.#left) & ((1 << taken) - 1));
      wanted -= taken;
    }
    return value;
  }
}
