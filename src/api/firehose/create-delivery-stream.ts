import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { requestedStream } from "./requested-stream.ts";
import { createDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * CreateDeliveryStream request  => DeliveryStreamName, DeliveryStreamType?, its source configuration?, Tags?,
 *                                  DeliveryStreamEncryptionConfigurationInput?, exactly one destination configuration
 * CreateDeliveryStream response => DeliveryStreamARN
 */
export function createDeliveryStream(context: ControlContext): Operation {
  return {
    target: "Firehose_20150804.CreateDeliveryStream",
    service: "firehose",
    async handle(request) {
      const input = checkShape(createDeliveryStreamRequest, request.json());
      const arn = authorizeStream(request, input.DeliveryStreamName);
      await context.streams.create(requestedStream(context, input, { arn, extensions: {} }));
      return { DeliveryStreamARN: arn };
    },
  };
}
