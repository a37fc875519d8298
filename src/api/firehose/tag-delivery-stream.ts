import { TAGS_MAX } from "../../model/limits.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { tagDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * TagDeliveryStream request  => DeliveryStreamName, Tags: 1 to 50
 * TagDeliveryStream response => {}
 *
 * Equal keys are overwritten; of equal keys in one call the last wins. A `lakehose:` tag changes the stream, live.
 */
export function tagDeliveryStream({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.TagDeliveryStream",
    service: "firehose",
    async handle(request) {
      const input = checkShape(tagDeliveryStreamRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      await streams.setTags(input.DeliveryStreamName, (tags) => {
        const all = new Map([...tags, ...input.Tags.map(({ Key, Value = "" }) => [Key, Value] as const)]);
        if (all.size <= TAGS_MAX) return all;
        throw new StreamError(
          "limit-exceeded",
          `A delivery stream has at most ${TAGS_MAX} tags; this makes ${all.size}.`,
        );
      });
      return {};
    },
  };
}
