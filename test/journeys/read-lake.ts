import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** An object of the local lake as any other program sees it: a file. */
export interface LakeObject {
  /** Relative to the bucket's folder, with `/`. */
  readonly key: string;
  readonly bytes: Buffer;
}

/**
 * Whether readers of a lake (Athena, Spark, Hive) skip it. A server tries out what an S3 store honours under
 * `_lakehose/probe/`, and what it wrote there stays when it is killed or cut off before it can delete it.
 */
export function isHidden(key: string): boolean {
  return key.startsWith("_");
}

/** All files of a bucket of the local lake in key order. An oracle: it uses no code of the server. */
export async function readBucket(data: string, bucket: string): Promise<LakeObject[]> {
  const folder = join(data, "buckets", bucket);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(nothingYet);
  const keys = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
  const objects: LakeObject[] = [];
  for (const key of keys) objects.push({ key, bytes: await readFile(join(folder, key)) });
  return objects;
}

function nothingYet(error: NodeJS.ErrnoException): never[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

/** The records of an object whose records end with a line feed, line feeds included. */
export function linesOf(content: Buffer): string[] {
  const lines = content.toString("latin1").match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.map((line) => Buffer.from(line, "latin1").toString("utf8"));
}
