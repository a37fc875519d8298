import type { AdminContext, Endpoint } from "./endpoint.ts";
import { streamView } from "./stream-view.ts";

/** GET /api/streams => {streams} in name order */
export function listStreams({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams",
    action: "lakehose:ListStreams",
    role: "viewer",
    handle: () => ({ streams: streams.list().map(streamView) }),
  };
}
