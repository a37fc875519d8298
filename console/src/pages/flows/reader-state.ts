import type { Source } from "../../api/admin-api.ts";
import type { Tone } from "../../ui/badge.tsx";

export interface ShownReader {
  readonly tone: Tone;
  readonly label: string;
  /** What somebody has to know, if anything. */
  readonly why?: string;
}

/** What a source and a trigger have in common. */
export type Reader = Pick<Source, "state" | "failure" | "warning">;

const STATES: Readonly<Record<Reader["state"], Omit<ShownReader, "why">>> = {
  starting: { tone: "plain", label: "Starting" },
  reading: { tone: "good", label: "Reading" },
  held: { tone: "warn", label: "Held back" },
  waiting: { tone: "bad", label: "Trying again" },
  disabled: { tone: "plain", label: "Disabled" },
  stopped: { tone: "bad", label: "Stopped" },
};

/** A failure of the past says nothing of a reader that reads. */
export function readerState({ state, failure, warning }: Reader): ShownReader {
  const why = state === "reading" ? warning?.message : (failure?.message ?? warning?.message);
  const shown = STATES[state];
  return why === undefined ? shown : { ...shown, tone: state === "reading" ? "warn" : shown.tone, why };
}
