import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/**
 * DELETE /api/streams/NAME/redrives/ID?delivery=ID => the redrive as it ended; ids count up within a delivery, by default
 * the stream's first. What it has put into the stream stays, and a later redrive goes on behind it.
 */
export function cancelRedrive({ streams }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "streams/:name/redrives/:id",
    action: "lakehose:CancelRedrive",
    role: "operator",
    async handle({ stream, id, query }) {
      if (!/^\d{1,9}$/.test(id)) {
        throw new WireError("InvalidArgumentException", `The id of a redrive is a whole number, got ${id}`);
      }
      return asJson(await streams.repeats.cancelRedrive(stream, query.get("delivery") ?? undefined, Number(id)));
    },
  };
}
