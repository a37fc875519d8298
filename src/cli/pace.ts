import type { Clock } from "../std/clock.ts";

/** Waits shorter than this are not worth a timer: what is due within it goes out together. */
const STEP_MS = 5;

/** Hands items on at `rate` per second on average. A consumer that falls behind is given the rest as fast as it takes them. */
export async function* pace<T>(
  items: AsyncIterable<T>,
  rate: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const startedAt = clock.monotonic();
  let handed = 0;
  for await (const item of items) {
    const waitMs = startedAt + (handed * 1000) / rate - clock.monotonic();
    if (waitMs > STEP_MS) {
      const slept = await clock.sleep(waitMs, signal).then(
        () => true,
        () => false,
      );
      if (!slept) return;
    }
    yield item;
    handed++;
  }
}
