import { requireStream } from "../firehose/control-context.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/streams/NAME/demo-data => {generators, sending}: what can be made up, and what is being sent to this stream */
export function getDemoData({ streams, demoData }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/demo-data",
    action: "lakehose:GetDemoData",
    role: "viewer",
    handle({ stream }) {
      requireStream(streams, stream);
      return asJson({ generators: demoData.generators, sending: demoData.of(stream) });
    },
  };
}
