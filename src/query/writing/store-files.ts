import { crc32 } from "node:zlib";
import type { ObjectName, TableChange } from "../../catalog/table-changes/table-changes.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import type { ObjectBody, ObjectStore } from "../../storage/object-store.ts";
import { writeObject } from "../../storage/write-object.ts";
import type { TableWriter } from "./table-writer.ts";
import type { WrittenFile } from "./write-files.ts";

export interface StoreFilesOptions {
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Puts each file at the place that the change has for it. */
export async function storeFiles(
  files: readonly WrittenFile[],
  { places }: Pick<TableChange, "places">,
  { contentType }: TableWriter,
  { storeFor, disk, clock, random, signal }: StoreFilesOptions,
): Promise<void> {
  for (const [index, { path }] of files.entries()) {
    const place = places[index];
    if (place === undefined) throw new TypeError("A change has a place for each file");
    signal.throwIfAborted();
    await withBody(disk, path, (body) =>
      writeObject(storeFor(place.bucket), { ...place, body, contentType, metadata: {}, signal }, { clock, random }),
    );
  }
}

export async function removeObjects(
  places: readonly ObjectName[],
  { storeFor }: Pick<StoreFilesOptions, "storeFor">,
): Promise<void> {
  for (const { bucket, key } of places) await storeFor(bucket).delete(bucket, key);
}

export function objectText({ bucket, key }: ObjectName): string {
  return `s3://${bucket}/${key}`;
}

/** Makes sure that there is a bucket, where the store makes them. */
export async function ensureBuckets(
  places: readonly ObjectName[],
  storeFor: (bucket: string) => ObjectStore,
): Promise<void> {
  for (const bucket of new Set(places.map((place) => place.bucket))) await storeFor(bucket).ensureBucket(bucket);
}

const READ_AT_ONCE_BYTES = 1024 * 1024;

/** A local file as the body of an object. Synced, so that a store on the same file system may take it as it is. */
async function withBody(disk: Disk, path: string, work: (body: ObjectBody) => Promise<unknown>): Promise<void> {
  const file = await disk.open(path, "write");
  try {
    await file.datasync();
    const bytes = await file.size();
    const read = (start: number, length: number) => readPart(file, start, length);
    let checksum = 0;
    for (let at = 0; at < bytes; at += READ_AT_ONCE_BYTES) {
      checksum = crc32(await read(at, Math.min(READ_AT_ONCE_BYTES, bytes - at)), checksum);
    }
    await work({ bytes, checksum, file: path, read });
  } finally {
    await file.close();
  }
}

async function readPart(file: DiskFile, start: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  return part.subarray(0, await file.read(part, start));
}
