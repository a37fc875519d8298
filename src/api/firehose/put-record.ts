import type { Operation } from "../protocol/operation.ts";
import { parsePutRecord } from "./put/parse-put.ts";
import { type PutDependencies, putIntoStream } from "./put/put-into-stream.ts";
import { AWS_PUT_LIMITS } from "./put/put-limits.ts";
import { recordIdsOf } from "./put/record-ids.ts";
import { scanPutRecord } from "./put/scan-put.ts";

/**
 * PutRecord request  => DeliveryStreamName, Record{ Data: at most 1,000 KiB }
 * PutRecord response => RecordId, Encrypted
 */
export function putRecord({ streams, limits = AWS_PUT_LIMITS }: PutDependencies): Operation {
  // The record's own limit rules here; a batch limit that is set lower must not refuse a single record.
  const single = { ...limits, batchBytes: limits.recordBytes };
  return {
    target: "Firehose_20150804.PutRecord",
    service: "firehose",
    async handle(request) {
      const put = scanPutRecord(request.body, single) ?? parsePutRecord(request.json(), single);
      const { intake, answer } = await putIntoStream(streams, request, "PutRecord", put, single);
      const ids = recordIdsOf(intake.stream.uid, answer.partition);
      return { RecordId: ids.of(answer.firstOffset), Encrypted: answer.encrypted };
    },
  };
}
