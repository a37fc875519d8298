import type { PackedRecords } from "../../model/records.ts";
import type { FilePosition } from "./file-position.ts";

/**
 * Where records of files go. Two keep it: the agent, which sends them over the wire, and the server's own source, which
 * appends them to a log.
 */
export interface FileSink {
  /** What is durable of the flow's files; `undefined` when the flow was never followed. Asked once, first. */
  positions(): Promise<readonly FilePosition[] | undefined>;
  /**
   * Resolves once records and position are durable: the tailer never comes back to what lies before `position.offset`. Called
   * for one file after another's end, never twice at once for the same file. `records` is a view that the tailer uses again
   * afterwards, and empty when nothing of the range was a record. Rejects with a `LakehoseError`: when it is `retriable`
   * the same call comes again, else the tailer ends.
   */
  append(records: PackedRecords, progress: FileProgress): Promise<void>;
  /** Positions without records, as durable as the sink can: where files begin that were there at first, and signs of life. */
  remember(positions: readonly FilePosition[], options?: RememberOptions): Promise<void>;
}

export interface RememberOptions {
  /** None of them may become durable without the others. */
  readonly together?: boolean;
}

export interface FileProgress {
  /** The records are those of the file from here up to `position.offset`. */
  readonly from: number;
  readonly position: FilePosition;
}

/** What is worth telling somebody. */
export type FileEvent =
  | { readonly kind: "file-found"; readonly path: string; readonly offset: number }
  | {
      readonly kind: "file-truncated";
      readonly path: string;
      readonly offset: number;
      readonly copy: string | undefined;
    }
  | { readonly kind: "file-finished"; readonly path: string; readonly offset: number }
  | { readonly kind: "file-unreadable"; readonly path: string; readonly reason: string }
  | { readonly kind: "range-lost"; readonly path: string; readonly from: number; readonly to: number }
  | { readonly kind: "records-cut"; readonly path: string; readonly records: number }
  | { readonly kind: "records-left-out"; readonly path: string; readonly records: number }
  | { readonly kind: "append-refused"; readonly path: string; readonly reason: string; readonly waitMs: number };
