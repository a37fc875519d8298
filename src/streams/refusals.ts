import { StreamError } from "./stream-error.ts";
import type { StreamDocument, StreamStatus } from "./streams.ts";

/** Throws unless the stream is in one of these states. */
export function requireStatus(document: StreamDocument, allowed: readonly StreamStatus[]): void {
  if (allowed.includes(document.status)) return;
  const details = { status: document.status };
  throw new StreamError("wrong-state", `Stream ${document.name} is in state ${document.status}`, details);
}

/** Throws when there is a stream of that name, or as many as there may be. */
export function refuseCreation(name: string, streams: readonly StreamDocument[], streamsMax: number): void {
  if (streams.some((document) => document.name === name)) {
    throw new StreamError("already-exists", `Stream ${name} already exists`);
  }
  if (streams.length < streamsMax) return;
  const details = { limit: String(streamsMax), names: streams.map((document) => document.name).join(", ") };
  throw new StreamError("limit-exceeded", `There are ${streamsMax} streams already, the most allowed`, details);
}
