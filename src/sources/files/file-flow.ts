import type { Conversion } from "./processing/conversion.ts";

/** Files that match a pattern, and how their bytes become records of one stream: a flow of the Kinesis Agent. */
export interface FileFlow {
  /** Absolute path with wild cards; see `file-pattern.ts`. */
  readonly filePattern: string;
  readonly stream: string;
  /** Where files begin that were there when the flow was first followed. Later ones are read from their start. */
  readonly initialPosition: "START_OF_FILE" | "END_OF_FILE";
  readonly limits: BatchLimits;
  readonly records: RecordShape;
  /** Longest that a record waits for its batch to fill. */
  readonly bufferAgeMs: number;
  readonly pollMs: number;
  /** Folders are listed at least this often, also when nothing seems to have changed in them. */
  readonly refreshMs: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
}

export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** How bytes of a file become records. */
export interface RecordShape {
  /** Lines that a file begins with and that are no records. */
  readonly skipHeaderLines: number;
  /** A line that matches begins a record, all others belong to the one before. Absent: each line is a record. */
  readonly startPattern?: RegExp | undefined;
  /** Records that match are left out. */
  readonly footerPattern?: RegExp | undefined;
  /** Longest record. What is longer is cut, and what follows up to the line's end is left out. */
  readonly recordBytesMax: number;
  /** What a record that was cut ends with. */
  readonly truncatedRecordTerminator: Buffer;
  /** Records are joined up to this size; 0 = each for itself. */
  readonly aggregatedRecordBytes: number;
  /** Absent: records are the bytes of the file. */
  readonly convert?: Conversion | undefined;
}

/** Agent defaults (Kinesis Agent's own, reference of its configuration). */
export const FLOW_DEFAULTS = {
  initialPosition: "END_OF_FILE",
  bufferAgeMs: 60_000,
  pollMs: 100,
  refreshMs: 10_000,
  retryFirstMs: 100,
  retryMaxMs: 10_000,
  truncatedRecordTerminator: Buffer.from("\n"),
} as const;

/** Under this name what is known of its files is kept: another pattern or stream is another flow. */
export function flowName({ filePattern, stream }: Pick<FileFlow, "filePattern" | "stream">): string {
  return `${stream}:${filePattern}`;
}
