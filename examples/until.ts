import { setTimeout as sleep } from "node:timers/promises";

const POLL_INTERVAL_MS = 50;
const WAIT_MS_MAX = 60_000;

/** Waits for what comes by itself. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await isSo()); waitedMs += POLL_INTERVAL_MS) {
    if (waitedMs >= WAIT_MS_MAX) throw new Error(`Expected that ${what} within ${WAIT_MS_MAX / 1000} s`);
    await sleep(POLL_INTERVAL_MS);
  }
}
