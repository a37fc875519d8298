import type { Location } from "../catalog/location.ts";

/** Rows that have been acknowledged and are on their way to the lake (rule H62 of docs/internals/guarantees.md). */
export interface FreshRows {
  /**
   * What is on its way to a place, at one moment; taken before the place is listed, so that what lands in between is counted
   * once. Resolves within a second or two, also when something is stuck: then `complete` says so.
   */
  snapshot(location: Location, signal: AbortSignal): Promise<FreshSnapshot>;
}

export interface FreshSnapshot {
  /** False when something that was acknowledged before the call is not in it. */
  readonly complete: boolean;
  /** Keys that the objects would have if they landed now. */
  readonly keys: readonly string[];
  /** Keys of objects that have landed, and whose partition the catalog may not know yet. */
  readonly landedKeys: readonly string[];
  /** True for objects that have landed meanwhile: what they hold is in the snapshot, or came after it. */
  hides(key: string): boolean;
  /** Files as the objects will be. They go with the snapshot. */
  files(keys: readonly string[], signal: AbortSignal): Promise<readonly FreshFile[]>;
  release(): Promise<void>;
}

export interface FreshFile {
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
}
