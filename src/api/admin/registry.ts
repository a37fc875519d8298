import type { AdminContext, Endpoint } from "./endpoint.ts";
import { flushStream } from "./flush-stream.ts";
import { getStream } from "./get-stream.ts";
import { listStreams } from "./list-streams.ts";
import { putExtensions } from "./put-extensions.ts";
import { readDeliveryLog } from "./read-delivery-log.ts";

/** All that the admin API does. */
export function adminEndpoints(context: AdminContext): readonly Endpoint[] {
  return [
    flushStream(context),
    getStream(context),
    listStreams(context),
    putExtensions(context),
    readDeliveryLog(context),
  ];
}
