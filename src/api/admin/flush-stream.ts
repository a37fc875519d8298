import type { AdminContext, Endpoint } from "./endpoint.ts";

/** Longest time that a caller waits for a flush; what is left goes on behind it. Below the usual idle limits of proxies. */
const FLUSH_TIMEOUT_MS = 55_000;

/** POST /api/streams/NAME/flush => {flushed}: true when all accepted before the call is durable at the destinations */
export function flushStream({ streams, clock }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/flush",
    action: "lakehose:FlushStream",
    role: "operator",
    async handle({ stream, signal }) {
      const ended = new AbortController();
      const either = AbortSignal.any([signal, ended.signal]);
      const timer = clock.sleep(FLUSH_TIMEOUT_MS, either).then(
        () => false,
        () => false,
      );
      const flushing = streams.flush(stream, either).then(() => true);
      try {
        return { flushed: await Promise.race([flushing, timer]) };
      } finally {
        ended.abort(new Error("The wait for the flush is over"));
        flushing.catch(() => undefined);
      }
    },
  };
}
