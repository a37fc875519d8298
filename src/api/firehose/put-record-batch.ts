import type { JsonObject } from "../../std/json.ts";
import type { IntakeAnswer } from "../../streams/streams.ts";
import { SLOW_DOWN } from "../protocol/error-mapping.ts";
import type { Operation } from "../protocol/operation.ts";
import { parsePutRecordBatch } from "./put/parse-put.ts";
import { type PutDependencies, putIntoStream } from "./put/put-into-stream.ts";
import { AWS_PUT_LIMITS } from "./put/put-limits.ts";
import { type RecordIds, recordIdsOf } from "./put/record-ids.ts";
import { scanPutRecordBatch } from "./put/scan-put.ts";

/**
 * PutRecordBatch request  => DeliveryStreamName, Records[1-500]{ Data: at most 1,000 KiB }; at most 4 MiB in all
 * PutRecordBatch response => FailedPutCount, Encrypted, RequestResponses[]{ RecordId } or { ErrorCode, ErrorMessage }
 *
 * Not atomic: one answer per record, in the order of the request (reference 1.7).
 */
export function putRecordBatch({ streams, limits = AWS_PUT_LIMITS }: PutDependencies): Operation {
  return {
    target: "Firehose_20150804.PutRecordBatch",
    service: "firehose",
    async handle(request) {
      const put = scanPutRecordBatch(request.body, limits) ?? parsePutRecordBatch(request.json(), limits);
      const { intake, answer } = await putIntoStream(streams, request, "PutRecordBatch", put, limits);
      const ids = recordIdsOf(intake.stream.uid, answer.partition);
      return answer.refused.length === 0 ? allAccepted(answer, ids) : someRefused(answer, ids);
    },
  };
}

function allAccepted(answer: IntakeAnswer, ids: RecordIds): Buffer {
  const head = `{"FailedPutCount":0,"Encrypted":${answer.encrypted},"RequestResponses":[`;
  return ids.entries(answer.firstOffset, answer.records, head, "]}");
}

const REFUSALS = {
  "slow-down": { ErrorCode: "ServiceUnavailableException", ErrorMessage: SLOW_DOWN },
  internal: { ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." },
} as const;

function someRefused(answer: IntakeAnswer, ids: RecordIds): JsonObject {
  const refused = new Map(answer.refused.map((one) => [one.index, one.code]));
  let offset = answer.firstOffset;
  const responses: JsonObject[] = [];
  for (let index = 0; index < answer.records; index++) {
    const code = refused.get(index);
    responses.push(code === undefined ? { RecordId: ids.of(offset++) } : { ...REFUSALS[code] });
  }
  return { FailedPutCount: refused.size, Encrypted: answer.encrypted, RequestResponses: responses };
}
