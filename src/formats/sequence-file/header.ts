import { createHash } from "node:crypto";
import { text } from "./writable.ts";

/**
 *     header   "SEQ", version 6, key class (Text), value class (Text), compressed (byte), in blocks (byte),
 *              codec class (Text, only where compressed), metadata: count (int32 BE) and pairs of Text, sync marker
 */
export function header({ valueClass, codecClass, syncMarker }: Header): Buffer {
  const compressed = codecClass !== undefined;
  const flags = Buffer.from(compressed ? [1, 1] : [0, 0]);
  const codec = compressed ? [text(codecClass)] : [];
  return Buffer.concat([MAGIC, text(KEY_CLASS), text(valueClass), flags, ...codec, NO_METADATA, syncMarker]);
}

export interface Header {
  readonly valueClass: string;
  /** Absent in files that are not compressed. */
  readonly codecClass?: string | undefined;
  readonly syncMarker: Buffer;
}

export const KEY_CLASS = "org.apache.hadoop.io.LongWritable";
export const SYNC_MARKER_BYTES = 16;

const MAGIC = Buffer.from([0x53, 0x45, 0x51, 6]);
const NO_METADATA = Buffer.alloc(4);

/** What readers look for to find a border inside the file: unlike any data, and the same whenever the object is made again. */
export function syncMarkerOf(seed: string): Buffer {
  return createHash("sha256").update(`sequence-file sync ${seed}`).digest().subarray(0, SYNC_MARKER_BYTES);
}

/** A length that no record has, then the marker. */
export function syncOf(syncMarker: Buffer): Buffer {
  return Buffer.concat([SYNC_ESCAPE, syncMarker]);
}

const SYNC_ESCAPE = Buffer.from([0xff, 0xff, 0xff, 0xff]);
