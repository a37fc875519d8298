import { ObjectStoreError } from "./object-store.ts";

/** Fails when the caller has already given up. Called before anything happens, so nothing can have happened. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new ObjectStoreError("unavailable", "The request was given up before it began", { cause: signal.reason });
}
