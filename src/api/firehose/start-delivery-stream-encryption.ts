import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext } from "./control-context.ts";
import { countToggle, enabledEncryption } from "./encryption.ts";
import { startDeliveryStreamEncryptionRequest } from "./shapes/requests.ts";

/**
 * StartDeliveryStreamEncryption request  => DeliveryStreamName, DeliveryStreamEncryptionConfigurationInput?
 * StartDeliveryStreamEncryption response => {}
 *
 * While encryption is on, the call swaps the key. Data keeps flowing either way.
 */
export function startDeliveryStreamEncryption(context: ControlContext): Operation {
  return {
    target: "Firehose_20150804.StartDeliveryStreamEncryption",
    service: "firehose",
    async handle(request) {
      const input = checkShape(startDeliveryStreamEncryptionRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      const wanted = input.DeliveryStreamEncryptionConfigurationInput ?? { KeyType: "AWS_OWNED_CMK" as const };
      await context.streams.setEncryption(input.DeliveryStreamName, ({ type, encryption }) => ({
        ...enabledEncryption(context, type, wanted),
        toggledAt: countToggle(encryption, context.clock.now()),
      }));
      return {};
    },
  };
}
