import type { RecordOrigin } from "../../model/records.ts";
import { readLines } from "../../std/read-lines.ts";
import type { ObjectPiece } from "../objects/feed-object.ts";

export interface LakePiecesOptions {
  readonly stage: RecordOrigin["stage"];
  readonly arrivalMs: number;
  readonly keepLineFeed: boolean;
}

const LINE_FEED = 0x0a;

/** The records of an object that holds one a line. An empty line is an empty record: some producer sent it. */
export async function* lakePieces(
  chunks: AsyncIterable<Buffer>,
  options: LakePiecesOptions,
): AsyncGenerator<ObjectPiece> {
  const { stage, arrivalMs, keepLineFeed } = options;
  for await (const line of readLines(chunks)) {
    const bytes = !keepLineFeed && line.at(-1) === LINE_FEED ? line.subarray(0, -1) : line;
    yield { bytes, stage, arrivalMs };
  }
}
