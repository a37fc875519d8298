import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { untagDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * UntagDeliveryStream request  => DeliveryStreamName, TagKeys: 1 to 50
 * UntagDeliveryStream response => {}
 *
 * Keys that no tag has are ignored. Taking a `lakehose:` tag away changes the stream, live.
 */
export function untagDeliveryStream({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.UntagDeliveryStream",
    service: "firehose",
    async handle(request) {
      const input = checkShape(untagDeliveryStreamRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      const gone = new Set(input.TagKeys);
      await streams.setTags(input.DeliveryStreamName, (tags) => new Map([...tags].filter(([key]) => !gone.has(key))));
      return {};
    },
  };
}
