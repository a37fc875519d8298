import { PerformanceObserver } from "node:perf_hooks";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Runs `load` without letting V8's young generation grow. It doubles whenever much of what is new stays, as it does while
 * modules load and a server starts, and never shrinks again: an idle server would keep 16 MB for nothing. V8 reads the
 * factor at each growth.
 */
export async function withSmallYoungGeneration<T>(load: () => Promise<T>): Promise<T> {
  v8.setFlagsFromString("--semi-space-growth-factor=1");
  try {
    return await load();
  } finally {
    v8.setFlagsFromString("--semi-space-growth-factor=2");
  }
}

/**
 * Ends the growth of V8's young generation once it is large enough for a busy server. It would double to 130 MB, a
 * quarter of what a server under full load may take. Single puts are about a tenth slower for it (measured): memory or speed.
 */
export function boundYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (young !== undefined && young.space_size < YOUNG_BYTES_ENOUGH) return;
    v8.setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

/** Of both halves. */
const YOUNG_BYTES_ENOUGH = 32 * 1024 * 1024;

/**
 * Has V8 count the memory of buffers as memory of the heap. By default every 64 MB of it start a full collection, however
 * short-lived: that is what request bodies bring five times a second, and it took a sixth of the speed (measured). Between
 * two collections heap and buffers may then double, where V8 would let them grow further: a fifth less memory under full load,
 * and batches some twentieth slower (measured). A V8 that does not know the flags says so on standard error and goes on.
 */
export function countBuffersAsHeap(): void {
  v8.setFlagsFromString("--external-memory-accounted-in-global-limit");
  v8.setFlagsFromString("--heap-growing-percent=100");
}

/**
 * Gives back what only the start needed (code that ran once, and what was read to compile it) in the first quiet second:
 * 7 MB of an idle server (measured). V8 does so by itself when its heap is full, which an idle one never is. It takes the
 * thread for some 100 ms, so a server that is busy is left alone.
 */
export function releaseStartWhenQuiet(): void {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization > QUIET_UTILIZATION) return;
    clearInterval(timer);
    collectAll();
  }, 1_000);
  timer.unref();
}

const QUIET_UTILIZATION = 0.02;

/** V8 hands its collector to contexts that are made while the flag is set, and to no other code. */
function collectAll(): void {
  v8.setFlagsFromString("--expose-gc");
  const collect: (options: object) => void = runInNewContext("gc");
  v8.setFlagsFromString("--no-expose-gc");
  // Compiled code goes by its age, and by default no code of a start is old; what is called again is compiled again.
  v8.setFlagsFromString("--stress-flush-code");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
  v8.setFlagsFromString("--no-stress-flush-code");
}
