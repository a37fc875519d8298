import type { DeliveryStatus } from "../delivery/delivery.ts";
import type { IsSettled } from "../jobs/job-kind.ts";
import type { Clock } from "../std/clock.ts";
import type { Streams } from "../streams/streams.ts";

/** The clock of a store may be behind or ahead of ours. */
const SKEW_MS = 5 * 60_000;

/**
 * Which objects no delivery may look for any more, as of now (rule H59).
 *
 * An object of a parcel whose receipt is not durable was written after its oldest record had arrived, so that what is older
 * than the oldest pending record of its stream is receipted, whichever parcel it is. Streams are told by the names that
 * Lakehose gives: `<stream>-<version>-<time>-<uuid>`. Of a stream that stands still nothing is known, so that its objects
 * stay as they are.
 */
export function settledObjects(streams: () => Streams | undefined, clock: Pick<Clock, "now">): () => IsSettled {
  return () => {
    const opened = streams();
    if (opened === undefined) return () => false;
    const bounds = new Map(opened.list().map(({ name }) => [`${name}-`, settledBefore(opened, name, clock.now())]));
    return (_bucket, { key, modifiedAt }) => {
      const name = key.slice(key.lastIndexOf("/") + 1);
      for (const [start, bound] of bounds) if (name.startsWith(start) && modifiedAt + SKEW_MS >= bound) return false;
      return true;
    };
  };
}

function settledBefore(streams: Streams, name: string, nowMs: number): number {
  try {
    const { deliveries } = streams.health(name);
    return Math.min(nowMs, ...deliveries.map(oldestPendingMs));
  } catch {
    // The stream is being opened, or did not open.
    return Number.NEGATIVE_INFINITY;
  }
}

function oldestPendingMs({ state, oldestPendingMs = Number.POSITIVE_INFINITY }: DeliveryStatus): number {
  return state === "running" || state === "retrying" ? oldestPendingMs : Number.NEGATIVE_INFINITY;
}
