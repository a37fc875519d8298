import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { bytesText } from "../output.ts";

/** The folders and files below `root`, drawn as a tree with the sizes of files. */
export async function lakeTree(root: string, indent = ""): Promise<readonly string[]> {
  const entries = (await readdir(root, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const last = index === entries.length - 1;
    const path = join(root, entry.name);
    const size = entry.isDirectory() ? "/" : `  ${bytesText((await stat(path)).size)}`;
    lines.push(`${indent}${last ? "└── " : "├── "}${entry.name}${size}`);
    if (entry.isDirectory()) lines.push(...(await lakeTree(path, `${indent}${last ? "    " : "│   "}`)));
  }
  return lines;
}
