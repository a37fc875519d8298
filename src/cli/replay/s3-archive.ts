import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LakehoseError } from "../../model/errors.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { type ObjectInfo, type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { CliError } from "../cli-error.ts";
import { type ArchiveFile, isData } from "./archive-file.ts";

export interface S3ArchiveOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/**
 * The objects that `s3://bucket/prefix` means, in key order. A key of an object means that one alone.
 *
 * They are read in pieces of a few MiB, each by a request of its own: at a slow pace an open answer would stand still for
 * hours, which no server and no proxy bears, and after a lost connection only one piece is asked for again.
 */
export async function findObjects(address: string, options: S3ArchiveOptions): Promise<readonly ArchiveFile[]> {
  const { bucket, prefix } = partsOf(address);
  const files: ArchiveFile[] = [];
  // Of a prefix that ends within a name, the name decides: `_` and `.` hide what begins with them.
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  for await (const object of options.store.list(bucket, { prefix })) {
    if (object.key === prefix) return [objectFile(bucket, object, options)];
    const isFolder = object.key.endsWith("/");
    if (!isFolder && isData(object.key.slice(folder.length))) files.push(objectFile(bucket, object, options));
  }
  return files;
}

/** Also what settings of a store are looked up by. */
export function bucketOf(address: string): string {
  return partsOf(address).bucket;
}

export function isS3Address(source: string): boolean {
  return /^s3a?:\/\//i.test(source);
}

function partsOf(address: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix = ""] = /^s3a?:\/\/([^/]+)(?:\/(.*))?$/i.exec(address) ?? [];
  if (bucket === undefined) throw new CliError(`Expected an address such as s3://bucket/prefix/, got ${address}`);
  return { bucket, prefix };
}

const PIECE_BYTES = 4 * 1024 * 1024;

/** With back-off some two minutes: longer than a store restarts. */
const ATTEMPTS_MAX = 12;

function objectFile(bucket: string, object: ObjectInfo, options: S3ArchiveOptions): ArchiveFile {
  const open = () => readPieces(bucket, object, options);
  return {
    name: `s3://${bucket}/${object.key}`,
    bytes: object.bytes,
    open,
    onDisk: async () => {
      const folder = await mkdtemp(join(tmpdir(), "lakehose-replay-"));
      const release = () => rm(folder, { recursive: true, force: true });
      const path = join(folder, "object");
      try {
        await pipeline(open, createWriteStream(path));
      } catch (error) {
        await release();
        throw error;
      }
      return { path, release };
    },
  };
}

async function* readPieces(bucket: string, object: ObjectInfo, options: S3ArchiveOptions): AsyncGenerator<Buffer> {
  for (let start = 0; start < object.bytes; start += PIECE_BYTES) {
    yield await readPiece(bucket, object, start, options);
  }
}

async function readPiece(
  bucket: string,
  { key, bytes }: ObjectInfo,
  start: number,
  { store, clock, random, signal }: S3ArchiveOptions,
): Promise<Buffer> {
  const end = Math.min(bytes, start + PIECE_BYTES);
  for (let attempt = 1; ; attempt++) {
    try {
      const parts: Buffer[] = [];
      for await (const part of await store.get(bucket, key, { start, end })) parts.push(part);
      const piece = Buffer.concat(parts);
      if (piece.length === end - start) return piece;
      throw new LakehoseError(
        "changed-object",
        `Expected ${end - start} bytes from byte ${start} on, got ${piece.length}`,
      );
    } catch (error) {
      const again = error instanceof ObjectStoreError && error.retriable && attempt < ATTEMPTS_MAX;
      if (!again) throw error;
      await clock.sleep(backoffMs(attempt, random), signal);
    }
  }
}
