import { crc32 } from "node:zlib";
import type { ObjectBody } from "./object-store.ts";

/** A small body that is held in memory: probes, markers, tests. */
export function bytesBody(bytes: Uint8Array): ObjectBody {
  const buffer = Buffer.from(bytes);
  return {
    bytes: buffer.length,
    checksum: crc32(buffer),
    read: async (start, length) => buffer.subarray(start, start + length),
  };
}
