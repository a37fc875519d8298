import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/streams/NAME/redrives => {redrives}: those under way and the last ones before, oldest first per delivery */
export function listRedrives({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/redrives",
    action: "lakehose:ListRedrives",
    role: "viewer",
    handle: ({ stream }) => asJson({ redrives: streams.repeats.redrives(stream) }),
  };
}
