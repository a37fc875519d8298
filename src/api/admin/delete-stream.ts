import { requireStream } from "../firehose/control-context.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";

/**
 * DELETE /api/streams/NAME?force=true => {name}. Takes no more records from now on; what is left is delivered behind the
 * answer, and with `force` what cannot be delivered in time is given up.
 */
export function deleteStream({ streams }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "streams/:name",
    action: "lakehose:DeleteStream",
    role: "admin",
    async handle({ stream, query }) {
      requireStream(streams, stream);
      await streams.delete(stream, { force: query.get("force") === "true" });
      return { name: stream };
    },
  };
}
