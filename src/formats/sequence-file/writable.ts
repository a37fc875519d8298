/**
 * How Hadoop's Writables look as bytes.
 *
 *     VInt            one byte for -112 to 127; else a byte that counts those that follow, most significant first
 *     Text            VInt length, UTF-8 bytes
 *     BytesWritable   length (int32 BE), bytes
 *     LongWritable    int64 BE
 *
 * Numbers here are lengths and counts, so the forms for negative ones are left out.
 */

/** The largest value of a VInt that fits into its first byte. */
const VINT_ONE_BYTE_MAX = 127;

/** A first byte of -113 says that one byte follows, -114 that two do, and so on. */
const VINT_FIRST = -112;

export function vintBytes(value: number): number {
  if (value <= VINT_ONE_BYTE_MAX) return 1;
  return value < 0x100 ? 2 : value < 0x1_0000 ? 3 : value < 0x100_0000 ? 4 : 5;
}

/** Writes a VInt from 0 to 2^31 - 1 and returns where it ends. */
export function writeVint(target: Buffer, value: number, at: number): number {
  const bytes = vintBytes(value);
  if (bytes === 1) return target.writeInt8(value, at);
  target.writeInt8(VINT_FIRST - (bytes - 1), at);
  return target.writeUIntBE(value, at + 1, bytes - 1);
}

export function vint(value: number): Buffer {
  const bytes = Buffer.alloc(vintBytes(value));
  writeVint(bytes, value, 0);
  return bytes;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([vint(bytes.length), bytes]);
}
