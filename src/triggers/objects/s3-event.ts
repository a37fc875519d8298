import type { JsonObject } from "../../std/json.ts";
import type { ObjectEvent } from "./object-events.ts";

export interface S3EventContext {
  /** Name of the trigger. */
  readonly configurationId: string;
  readonly region: string;
  /** Place of the event in their order. */
  readonly sequence: number;
}

/** One element of `Records` as Amazon S3 writes it, version 2.1 of the event message structure. */
export function s3Event(event: ObjectEvent, { configurationId, region, sequence }: S3EventContext): JsonObject {
  const { bucket, key, bytes, etag, at, eventName } = event;
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: region,
    eventTime: new Date(at).toISOString(),
    eventName,
    userIdentity: { principalId: event.by === "delivery" ? `lakehose:${event.stream ?? ""}` : "lakehose" },
    requestParameters: { sourceIPAddress: "127.0.0.1" },
    responseElements: {},
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: "lakehose" }, arn: `arn:aws:s3:::${bucket}` },
      object: { key: formEncoded(key), size: bytes, eTag: etag, sequencer: sequencerOf(sequence) },
    },
  };
}

/** Keys are URL-encoded in events, as in forms: a space is a plus, slashes stay. */
function formEncoded(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/")
    .replaceAll("%2A", "*")
    .replaceAll("%20", "+");
}

function sequencerOf(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(18, "0");
}
