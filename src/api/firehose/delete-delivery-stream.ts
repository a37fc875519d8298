import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { deleteDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * DeleteDeliveryStream request  => DeliveryStreamName, AllowForceDelete?
 * DeleteDeliveryStream response => {}
 *
 * Answers as soon as the stream is DELETING; what is left is delivered behind it. Deleting again is no error.
 */
export function deleteDeliveryStream({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.DeleteDeliveryStream",
    service: "firehose",
    async handle(request) {
      const input = checkShape(deleteDeliveryStreamRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      await streams.delete(input.DeliveryStreamName, { force: input.AllowForceDelete ?? false });
      return {};
    },
  };
}
