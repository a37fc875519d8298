/** How far a source that reads objects has come: everything up to `line` of this object is in the log. */
export interface ObjectPosition {
  /** Which run of the source this was; the same object may be read again by a later one. */
  readonly run: number;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  /** Records (and pieces that are none) of the object, counted from 1. */
  readonly line: number;
}

export function encodePosition(position: ObjectPosition): Buffer {
  const { run, bucket, key, etag, line } = position;
  return Buffer.from(JSON.stringify({ run, bucket, key, etag, line }));
}

/** `undefined` for what this code never wrote. */
export function decodePosition(bytes: Uint8Array | undefined): ObjectPosition | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: Partial<ObjectPosition> = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const { run, bucket, key, etag, line } = value;
    if (typeof run !== "number" || typeof line !== "number") return undefined;
    if (typeof bucket !== "string" || typeof key !== "string" || typeof etag !== "string") return undefined;
    return { run, bucket, key, etag, line };
  } catch {
    return undefined;
  }
}
