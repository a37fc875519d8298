import type { JsonValue } from "../../std/json.ts";
import type { JobOccasion } from "../job-kind.ts";

/**
 * What makes a job run: one file each and a line in the registry.
 *
 * A trigger has no events that could be missed. It compares facts that are durable elsewhere with what it remembers of
 * them, and is asked to do so about once a second; so what happened while the server was down is seen at the next start,
 * as one occasion, however often it happened. What it remembers is written together with the run that it asks for: a crash
 * leaves both or neither.
 */
export interface TriggerType<Trigger, Memory> {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** What a new trigger remembers: what has been by then is not its business. */
  baseline(trigger: Trigger, facts: TriggerFacts): Memory;
  /** `undefined` while nothing has changed. */
  step(trigger: Trigger, memory: Memory, facts: TriggerFacts): TriggerStep<Memory> | undefined;
  /** Jobs that it waits for. */
  upstream?(trigger: Trigger): readonly string[];
  /** When the clock will make it due, where nothing else does. */
  next?(trigger: Trigger, now: number): number | undefined;
  /** True when any run of the job, whatever began it, lets it begin anew from its baseline. */
  readonly startsOver?: boolean;
}

export interface TriggerStep<Memory> {
  /** What is remembered from now on. */
  readonly memory: Memory;
  /** Present when the job is to run. */
  readonly occasion?: JobOccasion;
}

/** What triggers look at. */
export interface TriggerFacts {
  readonly now: number;
  /** The id of the last run of a job that succeeded. */
  lastSucceeded(job: string): string | undefined;
  /** The id of the last run of a job that failed or timed out, and was not to be tried again. */
  lastFailed(job: string): string | undefined;
  /** Tells the last crawl of a crawler that succeeded from those before it. */
  lastCrawl(crawler: string): string | undefined;
  /** How far the log of a stream has come; `undefined` while nobody knows. */
  streamProgress(stream: string): StreamProgress | undefined;
}

export interface StreamProgress {
  /** One past the newest record. */
  readonly end: number;
  /** Everything before it has been delivered, by all deliveries of the stream. */
  readonly hold: number;
}

export type AnyTriggerType = TriggerType<unknown, JsonValue>;

/** Forgets what it remembers and of what, for the registry: each is only handed its own. */
export function anyTrigger<Trigger, Memory>(type: TriggerType<Trigger, Memory>): AnyTriggerType {
  return type as unknown as AnyTriggerType;
}
