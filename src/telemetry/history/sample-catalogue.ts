import { DELIVERY_FAMILIES } from "./delivery-names.ts";

/** What Amazon Data Firehose publishes, under the names that it publishes it. */
export const FIREHOSE_NAMESPACE = "AWS/Firehose";

/** What it has no name for and alarms need. */
export const OWN_NAMESPACE = "Lakehose";

export interface SampledMetric {
  readonly namespace: string;
  /** As CloudWatch spells units. */
  readonly unit: "Bytes" | "Count" | "Milliseconds" | "Percent" | "Seconds";
}

const API_OPERATIONS = ["DescribeDeliveryStream", "ListDeliveryStreams", "UpdateDeliveryStream"] as const;
const PUT_OPERATIONS = ["PutRecord", "PutRecordBatch"] as const;

/**
 * Every metric of a delivery stream whose history is kept, by its name. A share of what went well (`….Success`) is a value
 * of 0 or 1 for each occasion, whose average is the share.
 */
export const SAMPLED_METRICS: ReadonlyMap<string, SampledMetric> = new Map([
  ...inFirehose("Bytes", ["IncomingBytes", "DataReadFromKinesisStream.Bytes", "DataReadFromSource.Bytes"]),
  ...inFirehose("Bytes", ["SucceedProcessing.Bytes"]),
  ...inFirehose("Count", ["IncomingRecords", "IncomingPutRequests", "ThrottledRecords"]),
  ...inFirehose("Count", ["DataReadFromKinesisStream.Records", "DataReadFromSource.Records", "KafkaOffsetLag"]),
  ...inFirehose("Count", ["SucceedProcessing.Records", "ExecuteProcessing.Success", "FailedConversion.Records"]),
  ...inFirehose("Milliseconds", ["ExecuteProcessing.Duration"]),
  ...inFirehose("Count", ["PartitionCount", "DeliveryToS3.ObjectCount"]),
  ...API_OPERATIONS.flatMap((operation) => ofOperation(operation)),
  ...PUT_OPERATIONS.flatMap((operation) => [...ofOperation(operation), ...inFirehose("Bytes", [`${operation}.Bytes`])]),
  ...inFirehose("Count", ["PutRecordBatch.Records"]),
  ...DELIVERY_FAMILIES.flatMap((family) => [
    ...inFirehose("Bytes", [`${family}.Bytes`]),
    ...inFirehose("Count", [`${family}.Records`, `${family}.Success`]),
    ...inFirehose("Seconds", [`${family}.DataFreshness`]),
  ]),
  ...inFirehose("Count", ["DeliveryToHttpEndpoint.ProcessedRecords"]),
  ...inFirehose("Bytes", ["DeliveryToHttpEndpoint.ProcessedBytes"]),
  ...inFirehose("Seconds", ["DeliveryToSplunk.DataAckLatency"]),
  ...own("Count", ["DeliveredRecords", "RejectedRecords", "DroppedRecords", "PendingRecords", "DeliveriesFailing"]),
  ...own("Seconds", ["DataFreshness", "LogAge"]),
  ...own("Bytes", ["LogBytes"]),
  ...own("Percent", ["BudgetUsed"]),
]);

function inFirehose(unit: SampledMetric["unit"], names: readonly string[]): [string, SampledMetric][] {
  return names.map((name) => [name, { namespace: FIREHOSE_NAMESPACE, unit }]);
}

function own(unit: SampledMetric["unit"], names: readonly string[]): [string, SampledMetric][] {
  return names.map((name) => [name, { namespace: OWN_NAMESPACE, unit }]);
}

function ofOperation(operation: string): [string, SampledMetric][] {
  return [...inFirehose("Count", [`${operation}.Requests`]), ...inFirehose("Milliseconds", [`${operation}.Latency`])];
}
