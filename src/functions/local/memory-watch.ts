import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Looks at how much memory the processes of functions have, since nothing in Node limits a child's.
 *
 * Why not limits of the kernel: `RLIMIT_AS` counts address space, of which V8 and the JVM reserve far more than they use;
 * control groups need rights that we have no claim to. So resident memory is read from `/proc`, often for the processes
 * themselves and more seldom for their whole group, and the kernel is told to take functions before the server when
 * memory runs out in between. Systems without `/proc` have the limit of the runtime alone.
 */
export class MemoryWatch {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #rounds = 0;

  /** Calls `onExceeded` once when the process group of `leader` holds more than `bytesMax`. Returns what ends it. */
  watch(leader: number, bytesMax: number, onExceeded: (bytes: number) => void): () => void {
    preferToKill(leader);
    this.#watched.set(leader, { bytesMax, onExceeded });
    this.#timer ??= setInterval(() => this.#look(), PROCESS_PERIOD_MS).unref();
    return () => {
      this.#watched.delete(leader);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #look(): void {
    this.#rounds++;
    const whole = this.#rounds % GROUP_ROUNDS === 0;
    const groups = whole ? groupBytes(new Set(this.#watched.keys())) : undefined;
    for (const [leader, { bytesMax, onExceeded }] of [...this.#watched]) {
      const bytes = groups?.get(leader) ?? residentBytes(leader);
      if (bytes <= bytesMax) continue;
      this.#watched.delete(leader);
      onExceeded(bytes);
    }
  }
}

interface Watched {
  readonly bytesMax: number;
  readonly onExceeded: (bytes: number) => void;
}

/** Memory is filled at about 2 GB/s, so a bomb gets this much further than it may: 100 MB. */
const PROCESS_PERIOD_MS = 50;
/** Every process of the machine has to be looked at to know a group: once a second. */
const GROUP_ROUNDS = 20;

/** The highest value that the kernel knows; raising one's own is anybody's right. */
const OUT_OF_MEMORY_SCORE = "1000";

function preferToKill(processId: number): void {
  try {
    writeFileSync(`/proc/${processId}/oom_score_adj`, OUT_OF_MEMORY_SCORE);
  } catch {
    // No Linux, or the process is gone.
  }
}

function residentBytes(processId: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`${processId}/status`)) ?? [];
  return Number(kilobytes) * 1024;
}

/** Resident bytes of each group, shared pages counted for each process that has them. */
function groupBytes(leaders: ReadonlySet<number>): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const name of processNames()) {
    const leader = groupOf(name);
    if (leader === undefined || !leaders.has(leader)) continue;
    sums.set(leader, (sums.get(leader) ?? 0) + residentBytes(Number(name)));
  }
  return sums;
}

function processNames(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The program's name comes second, in parentheses, and may hold anything; the group is the third value after it. */
function groupOf(processName: string): number | undefined {
  const text = readProc(`${processName}/stat`);
  const [, , group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return group === undefined ? undefined : Number(group);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}
