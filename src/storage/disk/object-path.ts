import { ObjectStoreError } from "../object-store.ts";

/**
 * Keys as paths. Ordinary keys are their own paths, so that a bucket is a folder that any tool reads:
 *
 *   logs/year=2024/part-0.json  ->  logs/year=2024/part-0.json
 *
 * Three segments that S3 allows mean something else to a file system, and are spelled out (a prefix that begins with `/`
 * is common enough not to be refused):
 *
 *   ""  -> %empty      "."  -> %dot      ".."  -> %dotdot
 *
 * A segment that is longer than a file name may be goes on in a folder of its own: `first 200 bytes%more/rest`. A segment
 * that is already spelled so gets one more `%`, so no two keys ever share a path and each path gives its key back. What
 * cannot be a path is refused with `invalid-key`: NUL, lone surrogates (they would all become the same replacement
 * character). Case and composed forms are kept as they are: on a file system
 * that folds them two keys may meet, and then the name that the sidecar holds tells them apart (`disk-store.ts`).
 */

/** Amazon S3's limit for a key. */
const KEY_BYTES_MAX = 1024;

/** Linux file systems take names of 255 bytes; the sidecar of an object needs room for `.json.tmp` and an escape. */
const SEGMENT_BYTES_MAX = 240;

/** What the bucket part of an ARN may be made of (Firehose API, BucketARN). */
const BUCKET_PATTERN = /^[\w.-]{1,255}$/;

const SPELLED_OUT = new Map([
  ["", "%empty"],
  [".", "%dot"],
  ["..", "%dotdot"],
]);
const SPELLED_OUT_PATTERN = /^%+(empty|dot|dotdot)$/;

const MORE = "%more";
const SPELLED_MORE_PATTERN = /%+more$/;

/** Bytes of a long segment that one folder takes. */
const PIECE_BYTES = 200;

/** The path of a key below its bucket's folder. */
export function pathOfKey(key: string): string {
  if (key === "") throw invalidKey(key, "a key of at least one byte");
  if (key.includes("\0")) throw invalidKey(key, "a key without NUL");
  if (!key.isWellFormed()) throw invalidKey(key, "a key of well-formed Unicode, without lone surrogates");
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw invalidKey(key, `a key of at most ${KEY_BYTES_MAX} bytes`);
  return key
    .split("/")
    .flatMap((segment) => namesOfSegment(segment, key))
    .join("/");
}

/** True for a folder whose name is the beginning of a segment that goes on inside it. */
export function isBeginningOfSegment(name: string): boolean {
  return name.endsWith(MORE) && name.length > MORE.length && name.at(-MORE.length - 1) !== "%";
}

/** The key's segment that a file or folder name stands for: the inverse of what `pathOfKey` does to each segment. */
export function segmentOfName(name: string): string {
  if (isBeginningOfSegment(name)) return name.slice(0, -MORE.length);
  if (SPELLED_MORE_PATTERN.test(name)) return name.replace(/%more$/, "more");
  for (const [segment, spelled] of SPELLED_OUT) if (name === spelled) return segment;
  return SPELLED_OUT_PATTERN.test(name) ? name.slice(1) : name;
}

/**
 * The path of an object's sidecar below the bucket's metadata folder: the object's path with `.json`. A folder whose own
 * name ends like that gets a `%`, so that the sidecar of `a` and the folder for `a.json/b` do not meet; nor do its temporary
 * file and the folder for `a.json.tmp/b`.
 */
export function sidecarPathOfKey(key: string): string {
  const names = pathOfKey(key).split("/");
  const last = names.pop();
  const folders = names.map((name) => (/\.json(\.tmp)?%*$/.test(name) ? `${name}%` : name));
  return [...folders, `${last}.json`].join("/");
}

export function checkBucketName(bucket: string): void {
  if (BUCKET_PATTERN.test(bucket) && bucket !== "." && bucket !== "..") return;
  const message = `Expected a bucket name of letters, digits, ".", "_" and "-", got ${JSON.stringify(bucket)}`;
  throw new ObjectStoreError("rejected", message, { storeCode: "InvalidBucketName" });
}

function namesOfSegment(segment: string, key: string): string[] {
  const names: string[] = [];
  let rest = segment;
  while (Buffer.byteLength(rest) > SEGMENT_BYTES_MAX) {
    const piece = pieceOf(rest);
    if (piece === "") throw invalidKey(key, `a key without ${PIECE_BYTES} percent signs in a row`);
    names.push(piece + MORE);
    rest = rest.slice(piece.length);
  }
  const spelled = SPELLED_OUT.get(rest) ?? (SPELLED_OUT_PATTERN.test(rest) ? `%${rest}` : rest);
  return [...names, SPELLED_MORE_PATTERN.test(spelled) ? spelled.replace(/more$/, "%more") : spelled];
}

/** As many whole characters as fit one folder, the last of them no `%`, which would read as an escape. */
function pieceOf(text: string): string {
  let piece = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > PIECE_BYTES) break;
    piece += character;
  }
  return piece.replace(/%+$/, "");
}

function invalidKey(key: string, expected: string): ObjectStoreError {
  const shown = key.length > 80 ? `${key.slice(0, 80)}…` : key;
  return new ObjectStoreError("invalid-key", `Expected ${expected}, got ${JSON.stringify(shown)}`);
}
