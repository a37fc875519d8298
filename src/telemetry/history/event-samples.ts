import type { EventCatalogue } from "../events.ts";
import { type DeliveredTo, deliveryFamilies } from "./delivery-names.ts";

/** Adds a value to the minute that runs. */
export type RecordSample = (stream: string, name: string, value: number) => void;

/** Where a delivery goes now; `undefined` when it is gone. */
export type DeliveryTargetOf = (stream: string, delivery: string) => DeliveredTo | undefined;

export interface EventSampling {
  readonly record: RecordSample;
  readonly targetOf: DeliveryTargetOf;
}

type SampleTable = {
  readonly [Name in keyof EventCatalogue]?: (fields: EventCatalogue[Name], sampling: EventSampling) => void;
};

/** What the history keeps of each event. Events that are not here leave no sample. */
const SAMPLES: SampleTable = {
  "api.requestServed": ({ protocol, operation, stream, status, bytes, durationMs }, { record }) => {
    const name = SAMPLED_OPERATIONS[operation];
    // What was refused may name streams that nobody has made; they must not become series.
    if (protocol !== "aws-json" || name === undefined || status !== 200) return;
    record(stream, `${name}.Requests`, 1);
    record(stream, `${name}.Latency`, durationMs);
    if (name.startsWith("PutRecord")) record(stream, `${name}.Bytes`, bytes);
  },
  "stream.recordsAccepted": ({ stream, records, bytes, call }, { record }) => {
    record(stream, "IncomingRecords", records);
    record(stream, "IncomingBytes", bytes);
    record(stream, "IncomingPutRequests", 1);
    if (call === "PutRecordBatch") record(stream, "PutRecordBatch.Records", records);
  },
  "stream.recordsRefused": ({ stream, records }, { record }) => record(stream, "ThrottledRecords", records),
  "source.recordsAppended": ({ stream, kind, records, bytes }, { record }) => {
    const family = SOURCE_FAMILIES[kind];
    if (family === undefined) return;
    record(stream, `${family}.Records`, records);
    record(stream, `${family}.Bytes`, bytes);
  },
  "processor.functionAnswered": ({ stream, success, durationMs }, { record }) => {
    record(stream, "ExecuteProcessing.Success", success ? 1 : 0);
    record(stream, "ExecuteProcessing.Duration", durationMs);
  },
  "processor.recordsTransformed": ({ stream, records, bytes }, { record }) => {
    record(stream, "SucceedProcessing.Records", records);
    record(stream, "SucceedProcessing.Bytes", bytes);
  },
  "delivery.parcelDelivered": (fields, { record }) => {
    const { stream, target, error, records, sourceBytes, freshnessMs, kind } = fields;
    if (!error && kind === "primary") record(stream, "DeliveredRecords", records);
    for (const family of deliveryFamilies({ target, kind })) {
      record(stream, `${family}.Records`, records);
      record(stream, `${family}.Bytes`, sourceBytes);
      record(stream, `${family}.Success`, 1);
      // Records that are replayed are old on purpose.
      if (kind !== "replay") record(stream, `${family}.DataFreshness`, freshnessMs / 1000);
      if (family === "DeliveryToS3") record(stream, "DeliveryToS3.ObjectCount", 1);
    }
  },
  "delivery.attemptFailed": ({ stream, delivery }, { record, targetOf }) => {
    const target = targetOf(stream, delivery);
    if (target === undefined) return;
    for (const family of deliveryFamilies(target)) record(stream, `${family}.Success`, 0);
  },
  "delivery.requestSent": ({ stream, delivery, records, bytes }, { record, targetOf }) => {
    if (targetOf(stream, delivery)?.target !== "http-endpoint") return;
    record(stream, "DeliveryToHttpEndpoint.ProcessedRecords", records);
    record(stream, "DeliveryToHttpEndpoint.ProcessedBytes", bytes);
  },
  "delivery.acknowledged": ({ stream, delivery, latencyMs }, { record, targetOf }) => {
    if (targetOf(stream, delivery)?.target !== "splunk") return;
    record(stream, "DeliveryToSplunk.DataAckLatency", latencyMs / 1000);
  },
  "delivery.recordsRejected": ({ stream, errorType, records }, { record }) => {
    record(stream, "RejectedRecords", records);
    if (errorType === "format-conversion-failed") record(stream, "FailedConversion.Records", records);
  },
  "delivery.recordsDropped": ({ stream, records }, { record }) => record(stream, "DroppedRecords", records),
};

/** Operations of the API by the names of their metrics. */
const SAMPLED_OPERATIONS: Readonly<Record<string, string>> = {
  DescribeDeliveryStream: "DescribeDeliveryStream",
  ListDeliveryStreams: "ListDeliveryStreams",
  PutRecord: "PutRecord",
  PutRecordBatch: "PutRecordBatch",
  UpdateDestination: "UpdateDeliveryStream",
};

/** Kinds of sources that Amazon Data Firehose has too. */
const SOURCE_FAMILIES: Readonly<Record<string, string>> = {
  kafka: "DataReadFromSource",
  kinesis: "DataReadFromKinesisStream",
};

export function sampleEvent<Name extends keyof EventCatalogue>(
  name: Name,
  fields: EventCatalogue[Name],
  sampling: EventSampling,
): void {
  SAMPLES[name]?.(fields, sampling);
}
