import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** DELETE /api/streams/NAME/replays/ID => the replay as it ended. Objects that it has written stay. */
export function cancelReplay({ streams }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "streams/:name/replays/:id",
    action: "lakehose:CancelReplay",
    role: "operator",
    async handle({ stream, id }) {
      return asJson(await streams.repeats.cancelReplay(stream, id));
    },
  };
}
