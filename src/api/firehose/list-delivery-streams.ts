import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import type { ControlContext } from "./control-context.ts";
import { listDeliveryStreamsRequest } from "./shapes/requests.ts";

/** Names in one answer unless the request says otherwise (Firehose API). */
const LIMIT_DEFAULT = 10;

/**
 * ListDeliveryStreams request  => Limit? (10), DeliveryStreamType?, ExclusiveStartDeliveryStreamName?
 * ListDeliveryStreams response => DeliveryStreamNames, HasMoreDeliveryStreams
 *
 * In name order; the cursor is compared with the names and need not be one of them.
 */
export function listDeliveryStreams({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.ListDeliveryStreams",
    service: "firehose",
    handle(request) {
      const input = checkShape(listDeliveryStreamsRequest, request.json());
      request.authorize("*");
      const { DeliveryStreamType: type, ExclusiveStartDeliveryStreamName: after = "" } = input;
      const names = streams
        .list()
        .filter((document) => (type === undefined || document.type === type) && document.name > after)
        .map((document) => document.name);
      const shown = names.slice(0, input.Limit ?? LIMIT_DEFAULT);
      return { DeliveryStreamNames: shown, HasMoreDeliveryStreams: shown.length < names.length };
    },
  };
}
