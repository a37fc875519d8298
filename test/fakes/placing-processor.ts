import type { Outcome, Processor } from "../../src/processors/processor.ts";

/** Reads off JSON records where they belong: each member is a value of a partition key, `t` the event time. */
export function placer(): Processor {
  return {
    type: "placer",
    pure: true,
    onlyPlaces: true,
    process: async ({ source, outcomes }) => ({ source, outcomes: outcomes.map(placeOutcome) }),
    close: async () => undefined,
  };
}

function placeOutcome(outcome: Outcome): Outcome {
  if (outcome.result !== "kept") return outcome;
  const { t, ...members } = JSON.parse(outcome.bytes.toString()) as Record<string, string> & { t?: number };
  const values = Object.entries(members).map(([name, value]) => [`query:${name}`, value] as const);
  return {
    ...outcome,
    partitionValues: Object.fromEntries(values),
    ...(t === undefined ? {} : { eventTimeMs: t }),
  };
}
