import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** What is downloaded once and kept: below `node_modules`, so outside git and gone with `npm ci`, unless told otherwise. */
export const cacheFolder =
  process.env.LAKEHOSE_SERVERS_CACHE ??
  join(import.meta.dirname, "..", "..", "node_modules", ".cache", "lakehose-servers");

export async function cachePath(...names: string[]): Promise<string> {
  const path = join(cacheFolder, ...names);
  await mkdir(join(path, ".."), { recursive: true });
  return path;
}
