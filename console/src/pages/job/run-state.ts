import type { JobRun } from "../../api/admin-api.ts";
import type { Tone } from "../../ui/badge.tsx";

export const RUN_TONES: Readonly<Record<JobRun["state"], Tone>> = {
  queued: "plain",
  running: "plain",
  succeeded: "good",
  failed: "bad",
  cancelled: "warn",
  "timed-out": "bad",
};

export function isLive({ state }: JobRun): boolean {
  return state === "queued" || state === "running";
}
