import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { countToggle } from "./encryption.ts";
import { stopDeliveryStreamEncryptionRequest } from "./shapes/requests.ts";

/**
 * StopDeliveryStreamEncryption request  => DeliveryStreamName
 * StopDeliveryStreamEncryption response => {}
 *
 * New records are kept in the clear from now on; what was encrypted stays so and is read as before.
 */
export function stopDeliveryStreamEncryption({ streams, clock }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.StopDeliveryStreamEncryption",
    service: "firehose",
    async handle(request) {
      const input = checkShape(stopDeliveryStreamEncryptionRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      await streams.setEncryption(input.DeliveryStreamName, ({ encryption }) => ({
        status: "DISABLED",
        toggledAt: countToggle(encryption, clock.now()),
      }));
      return {};
    },
  };
}
