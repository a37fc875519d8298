import { createHash } from "node:crypto";
import type { ObjectBody } from "./object-store.ts";

/** A small body that is held in memory: probes, markers, tests. */
export function bytesBody(bytes: Uint8Array): ObjectBody {
  const buffer = Buffer.from(bytes);
  return {
    bytes: buffer.length,
    sha256: createHash("sha256").update(buffer).digest("hex"),
    read: async (start, length) => buffer.subarray(start, start + length),
  };
}
