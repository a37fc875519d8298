import type { JsonObject } from "../../std/json.ts";
import { StreamError } from "../../streams/stream-error.ts";
import { requireStream } from "../firehose/control-context.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { healthView, streamView } from "./stream-view.ts";

/** GET /api/streams/NAME => the stream, with `health` and its balance while it is open, or `unavailable` and why */
export function getStream({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name",
    action: "lakehose:GetStream",
    role: "viewer",
    handle: ({ stream }) => {
      const view = streamView(requireStream(streams, stream));
      return { ...view, ...state() };

      function state(): JsonObject {
        try {
          return { health: healthView(streams.health(stream)) };
        } catch (error) {
          if (error instanceof StreamError && error.code === "unavailable") return { unavailable: error.message };
          throw error;
        }
      }
    },
  };
}
