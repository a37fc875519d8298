import { requireStream } from "../firehose/control-context.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";

const EVENTS_DEFAULT = 100;
const EVENTS_MAX = 10_000;

/** GET /api/streams/NAME/log?logStream=&limit= => {logStreams: [{name, events}]}, the newest events, oldest first */
export function readDeliveryLog({ streams, deliveryLog }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/log",
    action: "lakehose:ReadDeliveryLog",
    role: "viewer",
    async handle({ stream, query }) {
      requireStream(streams, stream);
      const limit = Number(query.get("limit") ?? EVENTS_DEFAULT);
      if (!Number.isInteger(limit) || limit < 1 || limit > EVENTS_MAX) {
        const got = query.get("limit");
        throw new WireError("InvalidArgumentException", `limit is a number from 1 to ${EVENTS_MAX}, got ${got}`);
      }
      const asked = query.get("logStream");
      const names = asked === null ? await deliveryLog.logStreams(stream) : [asked];
      const logStreams = await Promise.all(
        names.map(async (name) => ({ name, events: await deliveryLog.read(stream, name, limit) })),
      );
      return JSON.parse(JSON.stringify({ logStreams }));
    },
  };
}
