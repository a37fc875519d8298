import type { Processor } from "../../src/processors/processor.ts";

/** Says where a record belongs by its id alone, the same for ever. */
export function sorter(): Processor {
  return {
    type: "sorter",
    pure: true,
    onlyPlaces: true,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.map((outcome) => {
        if (outcome.result !== "kept") return outcome;
        return { ...outcome, partitionValues: { "query:k": valueOfId(outcome.bytes.toString()), "query:more": "x" } };
      }),
    }),
    close: async () => undefined,
  };
}

/** The value of the partition key of a record, from its text, which begins with its id. */
export function valueOfId(text: string): string {
  return String(numberOf(text) % 4);
}

/** Whether the format that refuses records refuses this one. */
export function isRefused(text: string): boolean {
  return numberOf(text) % 5 === 0;
}

/** Whether the target that takes records one by one never takes this one. */
export function isNotTaken(text: string): boolean {
  return numberOf(text) % 7 === 0;
}

function numberOf(text: string): number {
  return Number(/^r(\d+)/.exec(text)?.[1] ?? 0);
}
