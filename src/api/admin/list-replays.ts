import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/streams/NAME/replays => {replays}: those that run and the last that have ended, oldest first */
export function listReplays({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/replays",
    action: "lakehose:ListReplays",
    role: "viewer",
    handle: ({ stream }) => asJson({ replays: streams.repeats.replays(stream) }),
  };
}
