import type { Random } from "../std/random.ts";
import type { JobDefinition } from "./job-definition.ts";
import type { JobOccasion } from "./job-kind.ts";
import type { Run, StoredJob } from "./stored-job.ts";

export interface RunRequest {
  readonly cause: string;
  readonly occasion: JobOccasion;
}

/** Twice as long with each attempt, and never longer than this. */
const RETRY_DELAY_MS_MAX = 86_400_000;

export function newRun({ name, kind }: JobDefinition, request: RunRequest, now: number, random: Random): Run {
  return { id: newRunId(now, random), job: name, kind, state: "queued", attempt: 1, ...request, queuedAt: now };
}

/**
 * The next attempt after one that did not succeed. None for what somebody cancelled, when no retries are left, and when a
 * run waits already, which then does the work.
 */
export function nextAttempt({ definition, live }: StoredJob, ended: Run, now: number, random: Random): Run | undefined {
  if (ended.state !== "failed" && ended.state !== "timed-out") return undefined;
  if (ended.attempt > definition.retries || live.some((run) => run.state === "queued")) return undefined;
  const { cause, occasion, attempt } = ended;
  const delay = Math.min(RETRY_DELAY_MS_MAX, definition.retryDelaySeconds * 1000 * 2 ** (attempt - 1));
  return {
    ...newRun(definition, { cause, occasion }, now, random),
    attempt: attempt + 1,
    notBefore: now + delay,
  };
}

/** `20261122T063000Z-1a2b3c4d`: in the order of time, and nobody's else. */
function newRunId(now: number, random: Random): string {
  const stamp = new Date(now).toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
  return `${stamp}-${random.bytes(4).toString("hex")}`;
}

/** The queued run of all jobs that has waited longest and may begin now. A time later than any delay is from a wrong clock. */
export function nextReady(jobs: readonly StoredJob[], now: number): { job: StoredJob; run: Run } | undefined {
  const ready = jobs.flatMap((job) => {
    const busy = job.live.some(({ state }) => state === "running");
    const isDue = (notBefore: number) => notBefore <= now || notBefore > now + RETRY_DELAY_MS_MAX;
    const run = job.live.find(({ state, notBefore = 0 }) => state === "queued" && isDue(notBefore));
    return busy || run === undefined ? [] : [{ job, run }];
  });
  return ready.toSorted((a, b) => a.run.queuedAt - b.run.queuedAt)[0];
}

/** Why a job cannot take another run, if it cannot. */
export function obstacleTo({ definition, live }: StoredJob): string | undefined {
  if (live.some(({ state }) => state === "queued")) return "a run is queued already";
  if (live.length > 0 && definition.overlap === "skip") return "a run is under way";
  return undefined;
}
