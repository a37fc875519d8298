import { crc32, createInflateRaw } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { NATIVE_OUTPUT_BYTES, readNative } from "./native-reader.ts";

export interface Inflated {
  readonly crc: number;
  readonly bytes: number;
  readonly packedBytes: number;
}

/** Yields the plain bytes of one raw deflate stream and leaves the source at the first byte behind it. */
export async function* inflate(source: ByteSource): AsyncGenerator<Buffer, Inflated> {
  const start = source.position;
  let crc = 0;
  let bytes = 0;
  for await (const chunk of readNative(createInflateRaw({ chunkSize: NATIVE_OUTPUT_BYTES }), source)) {
    crc = crc32(chunk, crc);
    bytes += chunk.length;
    yield chunk;
  }
  return { crc, bytes, packedBytes: source.position - start };
}
