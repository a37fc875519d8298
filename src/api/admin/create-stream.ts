import type { JsonObject } from "../../std/json.ts";
import { StreamError } from "../../streams/stream-error.ts";
import { requestedStream } from "../firehose/requested-stream.ts";
import { createDeliveryStreamRequest } from "../firehose/shapes/requests.ts";
import { checkShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { streamView } from "./stream-view.ts";

/**
 * PUT /api/streams/NAME?check=true, a CreateDeliveryStream request with a `lakehose` section, as streams stand in the
 * configuration => {created, stream}. With `check` nothing is created: the answer says whether AWS's rules and ours let it
 * be. A stream that is there is not changed.
 */
export function createStream(context: AdminContext): Endpoint {
  return {
    method: "PUT",
    path: "streams/:name",
    action: "lakehose:CreateStream",
    role: "admin",
    audited: false,
    async handle({ stream: name, arn, query, json, changes }) {
      const { lakehose: extensions = {}, ...request } = await json();
      if (typeof extensions !== "object" || extensions === null || Array.isArray(extensions)) {
        throw new WireError("InvalidArgumentException", "The section lakehose has to be an object");
      }
      const input = checkShape(createDeliveryStreamRequest, { ...request, DeliveryStreamName: name });
      if (context.streams.get(name) !== undefined) {
        throw new StreamError("already-exists", `There is a stream ${name} already; it was not changed`);
      }
      const wanted = requestedStream(context, input, { arn, extensions });
      if (query.get("check") === "true") return { created: false };
      changes({ ...request, lakehose: extensions });
      const stream: JsonObject = streamView(await context.streams.create(wanted));
      return { created: true, stream };
    },
  };
}
