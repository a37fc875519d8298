import { requireStream } from "../firehose/control-context.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { stateView, streamView } from "./stream-view.ts";

/** GET /api/streams/NAME => the stream, with `health` and its balance while it is open, or `unavailable` and why */
export function getStream({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name",
    action: "lakehose:GetStream",
    role: "viewer",
    handle: ({ stream }) => ({ ...streamView(requireStream(streams, stream)), ...stateView(streams, stream) }),
  };
}
