import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { z } from "zod";
import type { Disk, DiskStat } from "../../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { checksumText } from "../checksum-text.ts";
import type { LakeObject } from "../local-lake.ts";
import type { ObjectInfo, PutObject } from "../object-store.ts";
import type { DurableFolders } from "./durable-folders.ts";

/**
 * What a file system does not keep of an object: content type and encoding, metadata, etag. One small JSON file beside
 * the buckets, never inside one. It is durable before its object becomes visible, so a crash leaves at most a sidecar
 * without an object, which nobody asks for. It counts only while the object has the size that it names: a file that a
 * person put there later is not taken for ours.
 */
export const sidecarSchema = z.object({
  key: z.string(),
  bytes: z.number(),
  etag: z.string(),
  contentType: z.string(),
  contentEncoding: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
  storageClass: z.string().optional(),
  // Of objects that came through the S3 door; deliveries do without.
  contentDisposition: z.string().optional(),
  contentLanguage: z.string().optional(),
  cacheControl: z.string().optional(),
  expires: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  checksums: z.record(z.string(), z.string()).optional(),
});

const DEFAULT_CONTENT_TYPE = "application/octet-stream";

export type Sidecar = z.infer<typeof sidecarSchema>;

export function makeSidecar(request: PutObject): Sidecar {
  return {
    key: request.key,
    bytes: request.body.bytes,
    etag: `${checksumText(request.body.checksum)}-${request.body.bytes.toString(16)}`,
    contentType: request.contentType,
    ...(request.contentEncoding === undefined ? {} : { contentEncoding: request.contentEncoding }),
    metadata: { ...request.metadata },
    ...(request.storageClass === undefined ? {} : { storageClass: request.storageClass }),
  };
}

export async function writeSidecar(disk: Disk, folders: DurableFolders, path: string, sidecar: Sidecar): Promise<void> {
  await folders.make(dirname(path));
  await writeFileDurably(disk, path, Buffer.from(`${JSON.stringify(sidecar)}\n`));
}

/** The sidecar at `path`. One that is damaged or was cut short counts as absent: the object itself is whole. */
export async function readSidecar(disk: Disk, path: string): Promise<Sidecar | undefined> {
  const bytes = await readFileWhole(disk, path);
  if (bytes === undefined) return undefined;
  try {
    return sidecarSchema.parse(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}

/** What is known of a file: its sidecar, or the defaults where that is absent or about another file. */
export function sidecarOrDefaults(key: string, stat: DiskStat, sidecar: Sidecar | undefined): Sidecar {
  if (sidecar?.bytes === stat.bytes) return sidecar;
  return { key, bytes: stat.bytes, etag: derivedEtag(stat), contentType: DEFAULT_CONTENT_TYPE, metadata: {} };
}

/** An object as the file system and its sidecar, if any, describe it. */
export function describeObject(key: string, stat: DiskStat, sidecar: Sidecar | undefined): ObjectInfo {
  const { etag, contentType, contentEncoding, metadata, storageClass, tags } = sidecarOrDefaults(key, stat, sidecar);
  return {
    key,
    bytes: stat.bytes,
    etag,
    modifiedAt: stat.modifiedAt,
    contentType,
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    metadata,
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** The same with what only the door to the lake asks for. */
export function describeLakeObject(key: string, stat: DiskStat, sidecar: Sidecar | undefined): LakeObject {
  const known = sidecarOrDefaults(key, stat, sidecar);
  const { contentDisposition, contentLanguage, cacheControl, expires, checksums } = known;
  const info = describeObject(key, stat, sidecar);
  return {
    key,
    bytes: info.bytes,
    etag: info.etag,
    modifiedAt: info.modifiedAt,
    attributes: {
      contentType: known.contentType,
      contentEncoding: info.contentEncoding,
      contentDisposition,
      contentLanguage,
      cacheControl,
      expires,
      metadata: info.metadata,
      storageClass: info.storageClass,
      tags: info.tags ?? {},
      checksums: checksums ?? {},
    },
  };
}

/** For files that came by other ways: changes whenever the file does, as far as its size and time tell. */
function derivedEtag(stat: DiskStat): string {
  return createHash("sha256").update(`${stat.bytes} ${stat.modifiedAt}`).digest("hex").slice(0, 32);
}
