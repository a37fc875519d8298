import { TAGS_MAX } from "../../model/limits.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext, requireStream } from "./control-context.ts";
import { listTagsForDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * ListTagsForDeliveryStream request  => DeliveryStreamName, ExclusiveStartTagKey?, Limit? (50)
 * ListTagsForDeliveryStream response => Tags, HasMoreTags
 *
 * In key order; the cursor is compared with the keys and need not be one of them.
 */
export function listTagsForDeliveryStream({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.ListTagsForDeliveryStream",
    service: "firehose",
    handle(request) {
      const input = checkShape(listTagsForDeliveryStreamRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      const { ExclusiveStartTagKey: after = "", Limit: limit = TAGS_MAX } = input;
      const { tags } = requireStream(streams, input.DeliveryStreamName);
      const keys = Object.keys(tags)
        .sort()
        .filter((key) => key > after);
      const shown = keys.slice(0, limit);
      const Tags = shown.map((key) => ({ Key: key, Value: tags[key] ?? "" }));
      return { Tags, HasMoreTags: shown.length < keys.length };
    },
  };
}
