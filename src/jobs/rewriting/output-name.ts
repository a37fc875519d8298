import type { Random } from "../../std/random.ts";

const MARK = /-rewritten-[0-9a-f]{16}$/;

/** Everything behind the first dot: of `orders-1.json.gz` it is `.json.gz`. */
const EXTENSIONS = /\.[^/]*$/;

/** S3 takes keys of 1,024 bytes; what is hidden below `_lakehose/` needs some of them. */
const STEM_BYTES_MAX = 700;

/**
 * The key of a file that takes the place of one or several: that of the first of them, so that it stands where they stood in
 * the order of names, with something random that makes it nobody else's.
 */
export function rewrittenKey(firstKey: string, extension: string, random: Random): string {
  const folder = firstKey.slice(0, firstKey.lastIndexOf("/") + 1);
  const stem = firstKey.slice(folder.length).replace(EXTENSIONS, "").replace(MARK, "");
  const bytes = Buffer.from(stem);
  const short = bytes.length <= STEM_BYTES_MAX ? stem : bytes.toString("hex", 0, STEM_BYTES_MAX / 4);
  return `${folder}${short}-rewritten-${random.bytes(8).toString("hex")}${extension}`;
}

/** Whether a key is that of a file that took the place of others. */
export function isRewritten(key: string): boolean {
  return MARK.test(key.slice(key.lastIndexOf("/") + 1).replace(EXTENSIONS, ""));
}

/** `.json` of `a.json.gz`: what an uncompressed file would be called. */
export function plainExtensionOf(key: string): string {
  const [extensions = ""] = EXTENSIONS.exec(key.slice(key.lastIndexOf("/") + 1)) ?? [];
  return extensions.replace(PACKED_EXTENSION, "");
}

const PACKED_EXTENSION = /\.(gz|gzip|zst|zstd|snappy|sz|zip|bz2|lz4)$/i;
