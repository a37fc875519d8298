import type { JsonValue } from "../std/json.ts";
import type { JobDefinition } from "./job-definition.ts";
import type { JobOccasion } from "./job-kind.ts";

export type RunState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed-out";

/** One attempt to do what a job is for. Plain data. */
export interface Run {
  /** Sorts by time: `20261122T063000Z-1a2b3c4d`. */
  readonly id: string;
  readonly job: string;
  readonly kind: string;
  readonly state: RunState;
  /** From 1. */
  readonly attempt: number;
  /** What asked for it: "by hand", or a trigger. */
  readonly cause: string;
  readonly occasion: JobOccasion;
  readonly queuedAt: number;
  /** A further attempt waits until then. */
  readonly notBefore?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly counters?: Readonly<Record<string, number>>;
  /** Why it did not succeed. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** While it is under way; not kept. */
  readonly progress?: RunProgress;
}

export interface RunProgress {
  readonly done: number;
  readonly total?: number;
}

/** A job as its file has it. */
export interface StoredJob {
  readonly definition: JobDefinition;
  /** Random, 32 hex digits: the name of its folder. */
  readonly uid: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** From 1; rises with each change of the definition. */
  readonly version: number;
  /** What each trigger remembers, by `triggerKey`. */
  readonly memory: Readonly<Record<string, JsonValue>>;
  /** Runs that are queued or under way: at most one of each. */
  readonly live: readonly Run[];
  /** Ids of the last runs that ended so. A failure counts when no attempt is left. */
  readonly lastSucceeded?: string;
  readonly lastFailed?: string;
}
