import { isUtf8 } from "node:buffer";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SourceFile {
  /** Within the function's folder. */
  readonly path: string;
  readonly size: number;
  /** Absent for what is no text, and for what is too long to be read by people. */
  readonly text?: string;
}

const FILES_MAX = 100;
const FILE_BYTES_MAX = 128 * 1024;
const TEXT_BYTES_MAX = 1024 * 1024;

/** Packages of others, what running code leaves behind, and what may hold secrets: its settings carry an environment. */
const SKIPPED = new Set(["node_modules", "__pycache__", "function.yaml"]);

/** The files of a local function, to be looked at: its own code and not that of its packages. Links are not followed. */
export async function readSource(folder: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  let textBytes = 0;
  const walk = async (below: string): Promise<void> => {
    const names = await readdir(join(folder, below)).catch(() => []);
    for (const name of names.sort()) {
      if (SKIPPED.has(name) || name.startsWith(".") || files.length >= FILES_MAX) continue;
      const path = below === "" ? name : `${below}/${name}`;
      const found = await lstat(join(folder, path)).catch(() => undefined);
      if (found?.isDirectory()) await walk(path);
      if (!found?.isFile()) continue;
      const readable = found.size <= FILE_BYTES_MAX && textBytes + found.size <= TEXT_BYTES_MAX;
      const bytes = readable ? await readFile(join(folder, path)).catch(() => undefined) : undefined;
      const isText = bytes !== undefined && isUtf8(bytes) && !bytes.includes(0);
      if (isText) textBytes += bytes.length;
      files.push({ path, size: found.size, ...(isText && { text: bytes.toString("utf8") }) });
    }
  };
  await walk("");
  return files;
}
