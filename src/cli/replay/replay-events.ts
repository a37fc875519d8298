import type { Clock } from "../../std/clock.ts";
import type { EventSender } from "./event-sender.ts";
import type { ArchiveEvent } from "./merge-events.ts";
import type { Schedule } from "./schedule.ts";

export interface ReplayOptions {
  readonly schedule: Schedule;
  readonly sender: Pick<EventSender, "add" | "flush" | "needsFlush">;
  readonly clock: Clock;
  /** Ends the replay before the next record that is not due yet, or the next call. */
  readonly signal: AbortSignal;
  /** Told of each record that goes out. */
  readonly order: EventOrder;
  /** Told what time it is in the archive, and how far the replay is behind its schedule. */
  onProgress(timeMs: number, lagMs: number): void;
}

/** Shorter waits are not worth a timer: what is due within it goes out together. */
const STEP_MS = 5;

/** Timers hold no more than 24 days. */
const SLEEP_MS_MAX = 60 * 60 * 1000;

/** Hands records to the sender when they are due, and what is gathered to the server before each wait. Resolves to false when the signal ended it. */
export async function replayEvents(
  slices: AsyncIterable<readonly ArchiveEvent[]>,
  options: ReplayOptions,
): Promise<boolean> {
  const { schedule, sender, order, signal, onProgress } = options;
  for await (const slice of slices) {
    for (const event of slice) {
      if (schedule.waitMs(event.timeMs) > STEP_MS) {
        await sender.flush();
        await untilDue(event.timeMs, options);
      } else if (sender.needsFlush(event)) {
        await sender.flush();
      }
      if (signal.aborted) {
        order.nextMs = event.timeMs;
        return false;
      }
      order.note(event.timeMs);
      if (!sender.add(event)) continue;
      await sender.flush();
      onProgress(event.timeMs, Math.max(0, -schedule.waitMs(event.timeMs)));
    }
  }
  return true;
}

async function untilDue(timeMs: number, { schedule, clock, signal, onProgress }: ReplayOptions): Promise<void> {
  onProgress(timeMs, 0);
  for (let waitMs = schedule.waitMs(timeMs); waitMs > 0 && !signal.aborted; waitMs = schedule.waitMs(timeMs)) {
    await clock.sleep(Math.min(waitMs, SLEEP_MS_MAX), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** Records from `fromMs` up to before `toMs`; ends once none can follow that is `disorderMs` behind its place at most. */
export async function* eventsBetween(
  slices: AsyncIterable<readonly ArchiveEvent[]>,
  { fromMs, toMs, disorderMs }: { readonly fromMs: number; readonly toMs: number; readonly disorderMs: number },
): AsyncGenerator<readonly ArchiveEvent[]> {
  for await (const slice of slices) {
    const within = slice.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
    if (within.length > 0) yield within;
    if (slice.some(({ timeMs }) => timeMs >= toMs + disorderMs)) return;
  }
}

/** Which times went by, and whether they rose. */
export class EventOrder {
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** Of the first record that did not go, where the replay was stopped before it. */
  nextMs: number | undefined;
  /** Records that came behind a later one. */
  outOfOrder = 0;
  /** The farthest that one of them was behind. */
  disorderMsMax = 0;
  #latestMs = Number.NEGATIVE_INFINITY;

  note(timeMs: number): void {
    this.firstMs ??= timeMs;
    this.lastMs = timeMs;
    if (timeMs >= this.#latestMs) {
      this.#latestMs = timeMs;
      return;
    }
    this.outOfOrder++;
    this.disorderMsMax = Math.max(this.disorderMsMax, this.#latestMs - timeMs);
  }
}
