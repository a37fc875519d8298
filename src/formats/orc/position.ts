import type { StreamBuffer } from "./stream-buffer.ts";

/** What writes a stream and can say where it stands. */
export interface PositionTaker {
  readonly stream: StreamBuffer;
  /** Plain bytes of the stream before the run in hand, then what leads to the value within that run. */
  takePosition(): number[];
}

/** Where a row group begins in one stream. */
export interface Position {
  readonly stream: StreamBuffer;
  readonly taken: readonly number[];
}

export function positionOf(taker: PositionTaker): Position {
  return { stream: taker.stream, taken: taker.takePosition() };
}

/** The numbers of the row index, once the stream is compressed. */
export function resolvePosition({ stream, taken: [plain = 0, ...within] }: Position): number[] {
  return [...stream.position(plain), ...within];
}
