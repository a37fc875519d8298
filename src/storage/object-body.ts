import { crc32 } from "node:zlib";
import { type ObjectBody, type ObjectInfo, type ObjectStore, ObjectStoreError } from "./object-store.ts";

/** An object as the body of another one. Read once for its checksum, and then by the piece. */
export async function objectBody(
  store: ObjectStore,
  bucket: string,
  { key, bytes }: ObjectInfo,
  signal?: AbortSignal,
): Promise<ObjectBody> {
  let checksum = 0;
  let read = 0;
  for await (const piece of await store.get(bucket, key)) {
    signal?.throwIfAborted();
    checksum = crc32(piece, checksum);
    read += piece.byteLength;
  }
  if (read !== bytes) throw new ObjectStoreError("rejected", `${key} has ${read} bytes, ${bytes} were announced`);
  return {
    bytes,
    checksum,
    read: async (start, length) => {
      const pieces: Buffer[] = [];
      const range = { start, end: start + length };
      for await (const piece of await store.get(bucket, key, range)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
  };
}
