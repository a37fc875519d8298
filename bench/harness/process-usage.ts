import { readdirSync, readFileSync } from "node:fs";
import { setInterval as every } from "node:timers/promises";

/** The kernel's clock ticks per second (USER_HZ), 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

const SAMPLE_MS = 100;

/** Resident memory of a process, 2^20 bytes; NaN where there is no `/proc`. */
export function residentMiB(pid: number): number {
  const status = readIfThere(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Processor seconds so far by name of thread (`MainThread`, `libuv-worker`, …), several threads of a name together. */
export function secondsByThread(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of threadsOf(pid)) {
    const stat = readIfThere(`/proc/${pid}/task/${thread}/stat`);
    const nameEnd = stat.lastIndexOf(")");
    if (nameEnd < 0) continue;
    const name = stat.slice(stat.indexOf("(") + 1, nameEnd);
    const fields = stat.slice(nameEnd + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    seconds.set(name, (seconds.get(name) ?? 0) + ticks / TICKS_PER_SECOND);
  }
  return seconds;
}

/** Samples resident memory until it is stopped. */
export function watchMemory(pid: number): { stop(): Promise<readonly number[]> } {
  const ending = new AbortController();
  const samples: number[] = [residentMiB(pid)];
  const sampling = (async () => {
    try {
      for await (const _ of every(SAMPLE_MS, undefined, { signal: ending.signal })) samples.push(residentMiB(pid));
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  })();
  return {
    stop: async () => {
      ending.abort();
      await sampling;
      samples.push(residentMiB(pid));
      return samples;
    },
  };
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Threads end between the listing and the reading, and other systems have no such files. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
