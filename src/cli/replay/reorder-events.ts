import { MinHeap } from "../../std/min-heap.ts";
import type { ArchiveEvent } from "./merge-events.ts";

export interface ReorderOptions {
  /** No record comes so much or more behind a later one. */
  readonly windowMs: number;
  /** The most that is held back; beyond it the earliest records go although an earlier one may still come. */
  readonly bytesMax: number;
}

/** Puts records in order that stand at most a window of time from their place. Holds a window of them. */
export async function* reorderEvents(
  slices: AsyncIterable<readonly ArchiveEvent[]>,
  { windowMs, bytesMax }: ReorderOptions,
): AsyncGenerator<readonly ArchiveEvent[]> {
  const held = new MinHeap<Held>(
    (one, other) => one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.place < other.place),
  );
  let bytes = 0;
  let place = 0;
  let latestMs = Number.NEGATIVE_INFINITY;
  const take = (): ArchiveEvent => {
    const first = held.pop() as Held;
    bytes -= first.record.length;
    return first;
  };
  for await (const slice of slices) {
    const ordered: ArchiveEvent[] = [];
    for (const { timeMs, record } of slice) {
      held.push({ timeMs, record, place: place++ });
      bytes += record.length;
      if (timeMs > latestMs) latestMs = timeMs;
      while (bytes > bytesMax || (held.peek()?.timeMs ?? Number.POSITIVE_INFINITY) <= latestMs - windowMs) {
        ordered.push(take());
      }
    }
    if (ordered.length > 0) yield ordered;
  }
  const rest: ArchiveEvent[] = [];
  while (held.size > 0) rest.push(take());
  if (rest.length > 0) yield rest;
}

interface Held extends ArchiveEvent {
  /** Records of the same time keep their order. */
  readonly place: number;
}
