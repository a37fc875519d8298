import type { _Record } from "@aws-sdk/client-dynamodb-streams";
import { envelope } from "../envelope.ts";
import { plainItem, typedItem } from "./plain-item.ts";
import type { TableStreamOptions } from "./table-stream-options.ts";

export interface ChangePlace {
  readonly shardId: string;
  readonly streamArn: string;
}

/** One change of a table as one record. */
export function changeRecord(change: _Record, place: ChangePlace, shape: TableStreamOptions["record"]): Buffer {
  if (shape === "event") return Buffer.from(changeEvent(change, place));
  const plain = Buffer.from(plainChange(change));
  return shape === "value" ? plain : envelope(plain, attributesOf(change, place));
}

/** The names are DynamoDB's own; what there is of the images is the choice of the table (its StreamViewType). */
function plainChange({ eventName, dynamodb: { Keys, NewImage, OldImage } = {} }: _Record): string {
  return members({
    eventName: JSON.stringify(eventName),
    Keys: Keys && plainItem(Keys),
    NewImage: NewImage && plainItem(NewImage),
    OldImage: OldImage && plainItem(OldImage),
  });
}

function attributesOf({ eventID, eventName, dynamodb, userIdentity }: _Record, { shardId, streamArn }: ChangePlace) {
  return {
    eventID,
    eventName,
    sequenceNumber: dynamodb?.SequenceNumber,
    approximateCreationDateTime: dynamodb?.ApproximateCreationDateTime,
    // Set where DynamoDB itself has deleted the item, because its time was over.
    userIdentity: userIdentity && { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    table: tableOf(streamArn),
    shardId,
  };
}

/** The element of `Records` that AWS Lambda hands to functions (Lambda developer guide, DynamoDB event). */
function changeEvent(change: _Record, { streamArn }: ChangePlace): string {
  const { Keys, NewImage, OldImage, ApproximateCreationDateTime, SequenceNumber, SizeBytes, StreamViewType } =
    change.dynamodb ?? {};
  const { userIdentity } = change;
  const seconds = ApproximateCreationDateTime && ApproximateCreationDateTime.getTime() / 1000;
  return members({
    eventID: JSON.stringify(change.eventID),
    eventName: JSON.stringify(change.eventName),
    eventVersion: JSON.stringify(change.eventVersion),
    eventSource: '"aws:dynamodb"',
    awsRegion: JSON.stringify(change.awsRegion),
    dynamodb: members({
      ApproximateCreationDateTime: JSON.stringify(seconds),
      Keys: Keys && typedItem(Keys),
      NewImage: NewImage && typedItem(NewImage),
      OldImage: OldImage && typedItem(OldImage),
      SequenceNumber: JSON.stringify(SequenceNumber),
      SizeBytes: JSON.stringify(SizeBytes),
      StreamViewType: JSON.stringify(StreamViewType),
    }),
    userIdentity: userIdentity && JSON.stringify({ principalId: userIdentity.PrincipalId, type: userIdentity.Type }),
    eventSourceARN: JSON.stringify(streamArn),
  });
}

/** An object of values that are JSON already. */
function members(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return `{${given.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}

function tableOf(streamArn: string): string | undefined {
  return streamArn.split("/")[1];
}
