import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";

const TEXT_FILES = /\.(html|js|css|svg|json)$/;

/** Puts `.br` and `.gz` beside each text, as small as they get; resolves to the sum of the `.br`. */
export function compressFolder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT_FILES.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path);
    const packed = brotliCompressSync(text, { params: { [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY } });
    writeFileSync(`${path}.br`, packed);
    writeFileSync(`${path}.gz`, gzipSync(text, { level: zlib.Z_BEST_COMPRESSION }));
    bytes += packed.length;
  }
  return bytes;
}
