import { type DecompressOptions, decompress } from "../../src/formats/compression/decompress.ts";

/** `decompress` for an object that is in memory. */
export async function decompressBuffer(bytes: Buffer, options: DecompressOptions): Promise<Buffer> {
  const plain: Buffer[] = [];
  for await (const chunk of decompress([bytes], options)) plain.push(chunk);
  return Buffer.concat(plain);
}
