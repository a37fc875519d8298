import type { Operation } from "../protocol/operation.ts";
import type { ControlContext } from "./control-context.ts";
import { createDeliveryStream } from "./create-delivery-stream.ts";
import { deleteDeliveryStream } from "./delete-delivery-stream.ts";
import { describeDeliveryStream } from "./describe-delivery-stream.ts";
import { listDeliveryStreams } from "./list-delivery-streams.ts";
import { listTagsForDeliveryStream } from "./list-tags-for-delivery-stream.ts";
import { startDeliveryStreamEncryption } from "./start-delivery-stream-encryption.ts";
import { stopDeliveryStreamEncryption } from "./stop-delivery-stream-encryption.ts";
import { tagDeliveryStream } from "./tag-delivery-stream.ts";
import { untagDeliveryStream } from "./untag-delivery-stream.ts";
import { updateDestination } from "./update-destination.ts";

/** The operations that manage streams; the two that put records stand beside them. */
export function controlPlane(context: ControlContext): readonly Operation[] {
  return [
    createDeliveryStream(context),
    deleteDeliveryStream(context),
    describeDeliveryStream(context),
    listDeliveryStreams(context),
    listTagsForDeliveryStream(context),
    startDeliveryStreamEncryption(context),
    stopDeliveryStreamEncryption(context),
    tagDeliveryStream(context),
    untagDeliveryStream(context),
    updateDestination(context),
  ];
}
