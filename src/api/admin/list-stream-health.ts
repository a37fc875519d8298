import type { AdminContext, Endpoint } from "./endpoint.ts";
import { stateView } from "./stream-view.ts";

/** GET /api/stream-health => {at, streams: [{name, status, health or unavailable}]}, small enough to be asked every second */
export function listStreamHealth({ streams, clock }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "stream-health",
    action: "lakehose:ListStreamHealth",
    role: "viewer",
    handle: () => ({
      at: clock.now(),
      streams: streams.list().map(({ name, status }) => ({ name, status, ...stateView(streams, name) })),
    }),
  };
}
