import type { SeedRun } from "./run-seeds.ts";

/** What has to happen at least so often per hundred seeds, or the run proves nothing. */
const LEAST_PER_HUNDRED: Readonly<Record<string, number>> = {
  "crash-power": 60,
  "crash-kill": 60,
  adopted: 40,
  "delivery.cutWritten": 1_000,
  "delivery.parcelDelivered": 2_000,
  "delivery.recordsRejected": 100,
  "delivery.recordsDropped": 100,
  "delivery.attemptFailed": 300,
  "failed-sync": 10,
  "full-disk": 5,
  "clock-jump": 10,
  "stream.updated": 80,
  "setting-changed": 15,
  deleted: 15,
  "deleted-by-force": 5,
  retry: 200,
  "repeated-answer": 60,
  "partial-answer": 20,
  "sabotage-bit-flip": 0.3,
  "sabotage-journal-lost": 0.5,
  "sabotage-log-older": 0.5,
  stranger: 0.5,
  twin: 2,
  "log.segmentReleased": 200,
  recycled: 50,
  "rejected-by-limit": 60,
  "rejected-format-conversion-failed": 120,
  "schema-learned": 100,
  "rejected-http-endpoint-failed": 20,
  "target-lost-answer": 20,
  "target-late": 20,
  pulled: 20,
  encrypted: 5,
  "journal-named": 250,
  "fresh-read": 250,
  "fresh-complete": 60,
};

/** What has happened too rarely in a run of many seeds; a few may be as dull as they like. */
export function dullness({ seeds, counts }: Pick<SeedRun, "seeds" | "counts">): string[] {
  if (seeds < 100) return [];
  return Object.entries(LEAST_PER_HUNDRED).flatMap(([name, least]) => {
    const wanted = Math.floor((least * seeds) / 100);
    const count = counts.get(name) ?? 0;
    return count >= wanted ? [] : [`${name} ${count} times in ${seeds} seeds, wanted ${wanted}`];
  });
}
