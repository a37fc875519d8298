import { packRecords } from "../../../model/records.ts";
import type { JsonObject } from "../../../std/json.ts";
import { blob, checkShape, list, string, structure } from "../../protocol/shape.ts";
import type { PutLimits } from "./put-limits.ts";
import type { Put } from "./scan-put.ts";

const streamName = string({ min: 1, max: 64, pattern: "[a-zA-Z0-9_.-]+" });

/** The full validation of PutRecordBatch (reference 1.3, 1.7): explains in AWS's words what the scanner only declines. */
export function parsePutRecordBatch(request: JsonObject, limits: PutLimits): Put {
  const record = structure({ Data: blob({ max: limits.recordBytes }) }, ["Data"]);
  const records = list(record, { min: 1, max: limits.batchRecords });
  const shape = structure({ DeliveryStreamName: streamName, Records: records }, ["DeliveryStreamName", "Records"]);
  const checked = checkShape(shape, request);
  return {
    streamName: checked.DeliveryStreamName,
    records: packRecords(checked.Records.map((one) => one.Data)),
  };
}

export function parsePutRecord(request: JsonObject, limits: PutLimits): Put {
  const record = structure({ Data: blob({ max: limits.recordBytes }) }, ["Data"]);
  const shape = structure({ DeliveryStreamName: streamName, Record: record }, ["DeliveryStreamName", "Record"]);
  const checked = checkShape(shape, request);
  return { streamName: checked.DeliveryStreamName, records: packRecords([checked.Record.Data]) };
}
