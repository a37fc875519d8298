import type { StoredReplay } from "./replay.ts";
import { StreamError } from "./stream-error.ts";

/** Replays that have ended and are still shown. */
const ENDED_MAX = 100;

export type ReplayEnd = Pick<StoredReplay, "counters"> & { readonly state: "landed" | "cancelled" };

export function withReplay(replays: readonly StoredReplay[], added: StoredReplay): readonly StoredReplay[] {
  const ended = replays.filter(({ state }) => state !== "running");
  const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - ENDED_MAX)));
  return [...replays.filter((replay) => !forgotten.has(replay)), added];
}

export function endedReplay(
  replays: readonly StoredReplay[],
  id: string,
  end: ReplayEnd & { readonly endedAt: number },
): { readonly replays: readonly StoredReplay[]; readonly ended: StoredReplay } {
  const found = replayIn(replays, id);
  const ended = found.state === "running" ? { ...found, ...end } : found;
  return { replays: replays.map((replay) => (replay.id === id ? ended : replay)), ended };
}

export function replayIn<T extends { readonly id: string }>(replays: readonly T[], id: string): T {
  const found = replays.find((replay) => replay.id === id);
  if (found !== undefined) return found;
  throw new StreamError("invalid", `There is no replay ${id}`);
}
