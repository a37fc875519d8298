import { requireStream } from "../firehose/control-context.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** DELETE /api/streams/NAME/demo-data => {sending}: what was sent, to its end; none where nothing was */
export function stopDemoData({ streams, demoData }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "streams/:name/demo-data",
    action: "lakehose:StopDemoData",
    role: "operator",
    async handle({ stream }) {
      requireStream(streams, stream);
      await demoData.stop(stream);
      return asJson({ sending: demoData.of(stream) });
    },
  };
}
