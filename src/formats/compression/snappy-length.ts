/** The plain length that a raw Snappy block begins with: little-endian groups of seven bits. */
export function snappyLength(packed: Buffer): number | undefined {
  let length = 0;
  for (let index = 0; index < Math.min(5, packed.length); index++) {
    const byte = packed.readUInt8(index);
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length;
  }
  return undefined;
}
