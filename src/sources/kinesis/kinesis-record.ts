import { type UserRecord, userRecordsOf } from "../../model/kinesis-aggregate/aggregated-record.ts";
import { envelope } from "../envelope.ts";
import type { KinesisOptions } from "./kinesis-options.ts";

/** A record of a shard as the client hands it over, every member there. */
export interface KinesisRecord {
  readonly data: Buffer;
  readonly partitionKey: string;
  readonly sequenceNumber: string;
  /** Milliseconds since 1970. */
  readonly arrivalMs: number;
}

export interface KinesisShard {
  readonly id: string;
  readonly streamArn: string;
}

/** What becomes of one record: itself, the records that a producer library packed into it, or its event. */
export function kinesisRecords(
  record: KinesisRecord,
  shard: KinesisShard,
  { record: shape, deaggregate }: Pick<KinesisOptions, "record" | "deaggregate">,
): readonly Buffer[] {
  if (shape === "event") return [Buffer.from(JSON.stringify(kinesisEvent(record, shard)))];
  const users = deaggregate ? userRecordsOf(record.data) : undefined;
  if (shape === "value") return users?.map(({ data }) => data) ?? [record.data];
  if (users === undefined) return [kinesisEnvelope(record, shard)];
  return users.map((user, index) => kinesisEnvelope(record, shard, { user, index }));
}

function kinesisEnvelope(
  { data, partitionKey, sequenceNumber, arrivalMs }: KinesisRecord,
  shard: KinesisShard,
  packed?: { readonly user: UserRecord; readonly index: number },
): Buffer {
  return envelope(packed?.user.data ?? data, {
    partitionKey: packed?.user.partitionKey ?? partitionKey,
    sequenceNumber,
    subSequenceNumber: packed?.index,
    approximateArrivalTimestamp: isoTime(arrivalMs),
    shardId: shard.id,
    stream: shard.streamArn.slice(shard.streamArn.indexOf("/") + 1),
  });
}

/** The element of `Records` that AWS Lambda hands to functions (Lambda developer guide, Kinesis event). */
export function kinesisEvent(
  { data, partitionKey, sequenceNumber, arrivalMs }: KinesisRecord,
  { id, streamArn }: KinesisShard,
) {
  const [, partition = "aws", , region = "", account = ""] = streamArn.split(":");
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data: data.toString("base64"),
      approximateArrivalTimestamp: arrivalMs / 1000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${id}:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: `arn:${partition}:iam::${account}:role/lakehose`,
    awsRegion: region,
    eventSourceARN: streamArn,
  };
}

/** `null` for a time that is none. */
function isoTime(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
