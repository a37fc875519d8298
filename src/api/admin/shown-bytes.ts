import { isUtf8 } from "node:buffer";

/** The beginning of a record as JSON can carry it: its text, or base64 of what is none. */
export type ShownBytes = { readonly size: number } & ({ readonly text: string } | { readonly base64: string });

/** Longest character of UTF-8, less the byte that is there at least. */
const SPLIT_BYTES_MAX = 3;

/** `size` is that of the whole, of which `bytes` may be the beginning only; a character that was cut through is left out. */
export function shownBytes(bytes: Buffer, size: number): ShownBytes {
  const cuttable = size > bytes.length ? Math.min(SPLIT_BYTES_MAX, bytes.length) : 0;
  for (let cut = 0; cut <= cuttable; cut++) {
    const whole = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(whole)) return { size, text: whole.toString("utf8") };
  }
  return { size, base64: bytes.toString("base64") };
}
