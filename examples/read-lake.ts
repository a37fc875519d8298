import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/** An object of the lake as any other program finds it: a file. */
export interface LakeObject {
  /** Its name in the bucket. */
  readonly key: string;
  readonly path: string;
  readonly bytes: Buffer;
}

/** The objects below a folder of the bucket, in the order of their names. */
export async function readObjects(bucket: string, folder = ""): Promise<LakeObject[]> {
  const paths = await objectPaths(bucket, folder);
  return Promise.all(paths.map(async (path) => ({ key: relative(bucket, path), path, bytes: await readFile(path) })));
}

/** Where they are, for folders whose objects may go at any moment. */
export async function objectPaths(bucket: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(bucket, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The lines of objects that hold text, unpacked where their name ends in `.gz`. */
export function linesOf(objects: readonly LakeObject[]): string[] {
  return objects.flatMap(({ key, bytes }) => {
    const content = key.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    return content.toString().split("\n").filter(Boolean);
  });
}

/** One line for each folder: what is in it. */
export function folderLines(objects: readonly LakeObject[]): string[] {
  const folders = new Map<string, LakeObject[]>();
  for (const object of objects) {
    const folder = dirname(object.key);
    folders.set(folder, [...(folders.get(folder) ?? []), object]);
  }
  return [...folders].map(([folder, inside]) => {
    const kibibytes = Math.ceil(inside.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024);
    return `  ${folder}/  ${inside.length} ${inside.length === 1 ? "object" : "objects"}, ${kibibytes} KiB`;
  });
}
