import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import { DESTINATION_ID, fromDeclared } from "../firehose/declared.ts";
import { destinationKinds } from "../firehose/destination-kinds.ts";
import { updateDestinationRequest } from "../firehose/shapes/requests.ts";
import { updatedDeclaration } from "../firehose/update-destination.ts";
import { checkShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";

/** A change of a live stream as the admin API takes it: the members of UpdateDestination, and a whole `lakehose` section. */
export interface WantedChange {
  readonly declared: JsonObject;
  readonly extensions: JsonObject;
}

/** What the stream would be. Throws what UpdateDestination would answer, and for settings that there are not. */
export function wantedChange(current: StreamDocument, { lakehose, ...update }: JsonObject): WantedChange {
  const extensions = lakehose ?? current.extensions;
  if (typeof extensions !== "object" || extensions === null || Array.isArray(extensions)) {
    throw new WireError("InvalidArgumentException", "The section lakehose has to be an object");
  }
  settingsOf(extensions, current.tags);
  if (Object.keys(update).length === 0) return { declared: current.declared, extensions };
  const input = checkShape(updateDestinationRequest, {
    ...update,
    DeliveryStreamName: current.name,
    CurrentDeliveryStreamVersionId: current.versionId,
    DestinationId: DESTINATION_ID,
  });
  return { declared: updatedDeclaration({ ...current, extensions }, input), extensions };
}

/** A CreateDeliveryStream request that would make such a stream, for producers' records alone. */
export function requestOf(
  { name, tags }: Pick<StreamDocument, "name" | "tags">,
  { declared, extensions }: WantedChange,
): JsonObject {
  const { kind, destination } = fromDeclared(declared);
  const [member = kind] = destinationKinds[kind].configurations;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    DeliveryStreamName: name,
    [member]: destination,
    ...(Tags.length > 0 && { Tags }),
    lakehose: extensions,
  };
}
