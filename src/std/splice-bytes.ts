/** Bytes from `start` to `end` give way to `text`; where both are the same place it is put in between. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Carries out splices and leaves all other bytes as they are; the same buffer when there are none. One that lies inside
 * another is swallowed by it. Of two that begin at the same place the longer wins, of equal ones the first.
 */
export function spliceBytes(bytes: Buffer, splices: readonly Splice[]): Buffer {
  if (splices.length === 0) return bytes;
  const sorted = splices.length === 1 ? splices : splices.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of sorted) {
    if (start < at) continue;
    parts.push(bytes.subarray(at, start));
    if (text !== "") parts.push(Buffer.from(text));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
