import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** One digest of names and contents of files and of all files in folders; paths are relative to `root`. */
export function hashFiles(root: string, paths: readonly string[]): string {
  const digest = createHash("sha256");
  for (const path of paths.flatMap((path) => filesBelow(root, path)).sort()) {
    const text = readFileSync(join(root, path));
    digest.update(`${path}\n${text.length}\n`).update(text);
  }
  return digest.digest("hex");
}

function filesBelow(root: string, path: string): readonly string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesBelow(root, `${path}/${name}`));
}
