import { crc32 } from "node:zlib";

/** The polynomial of CRC-32 (ISO 3309), bits reflected: bit 31 is x^0. */
const POLYNOMIAL = 0xedb88320;

/** x^(8 * 2^n) modulo the polynomial, for each n. */
const BYTE_POWERS = bytePowers();

/**
 * The CRC-32 of two pieces one after another, from that of each and the length of the second: a thousand operations however
 * long they are. The register after the first runs through the bytes of the second as through zeros, which multiplies
 * it by x^(8 * bytes); what they change is the second's own CRC.
 */
export function joinCrc32(first: number, second: number, secondBytes: number): number {
  let shifted = first;
  for (let bytes = secondBytes, n = 0; bytes > 0; bytes = Math.floor(bytes / 2), n++) {
    if (bytes % 2 === 1) shifted = multiply(BYTE_POWERS[n] ?? 0, shifted);
  }
  return (shifted ^ second) >>> 0;
}

/** The CRC-32 of `bytes` behind others whose CRC-32 is `before`; `known`, that of `bytes` alone, spares looking at them. */
export function appendCrc32(before: number, bytes: Uint8Array, known: number | undefined): number {
  return known === undefined ? crc32(bytes, before) : joinCrc32(before, known, bytes.byteLength);
}

/** The product of two polynomials modulo that of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let rest = a; rest !== 0; rest <<= 1) {
    if (rest < 0) product ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
}

/** Enough for the largest length that a number can count. */
function bytePowers(): readonly number[] {
  const powers = [0x00800000];
  while (powers.length < 53) {
    const last = powers.at(-1) ?? 0;
    powers.push(multiply(last, last));
  }
  return powers;
}
