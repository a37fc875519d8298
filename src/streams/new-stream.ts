import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import type { CreateStream, StreamDocument } from "./streams.ts";

/** A stream as it is stored first, before anything of it is opened. */
export function newStream(
  request: CreateStream,
  deliveries: readonly DeliveryDefinition[],
  { random, clock }: Pick<StreamDependencies, "random" | "clock">,
): StoredStream {
  const document: StreamDocument = {
    name: request.name,
    uid: random.bytes(16).toString("hex"),
    arn: request.arn,
    type: request.type,
    status: "CREATING",
    versionId: "1",
    createdAt: clock.now(),
    encryption: request.encryption,
    tags: Object.fromEntries(request.tags),
    declared: request.declared,
    extensions: request.extensions,
    deliveries,
  };
  return { document, startsAt: {}, ending: [], replays: [], formerOutputs: [], paused: false, removing: false };
}
