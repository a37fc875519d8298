import type { Clock } from "../std/clock.ts";
import type { EventCatalogue } from "../telemetry/events.ts";

/** One line that a function printed. */
export interface OutputLine {
  readonly at: number;
  /** Empty for what it prints before its first event. */
  readonly invocationId: string;
  readonly channel: "stdout" | "stderr";
  readonly line: string;
}

/** Enough to see what the last calls did. The whole output is in the server's log, at the level debug. */
const LINES_MAX = 500;
const LINE_LENGTH_MAX = 4096;
const FUNCTIONS_MAX = 200;

/** What functions printed last, for people who look at them. Forgotten at a restart. */
export class FunctionOutputs {
  readonly #clock: Clock;
  readonly #lines = new Map<string, OutputLine[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  observe<Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]): void {
    if (name !== "function.outputWritten") return;
    const { function: of, invocationId, channel, line } = fields as EventCatalogue["function.outputWritten"];
    const lines = this.#lines.get(of) ?? [];
    lines.push({ at: this.#clock.now(), invocationId, channel, line: line.slice(0, LINE_LENGTH_MAX) });
    if (lines.length > LINES_MAX) lines.shift();
    // The function that printed last is the last to be forgotten.
    this.#lines.delete(of);
    this.#lines.set(of, lines);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > FUNCTIONS_MAX && oldest !== undefined) this.#lines.delete(oldest);
  }

  /** Oldest first. */
  of(name: string): readonly OutputLine[] {
    return this.#lines.get(name) ?? [];
  }
}
