import { hash } from "node:crypto";
import type { Intake, IntakeAnswer, IntakeCall, Streams } from "../../../streams/streams.ts";
import { arnOf } from "../../protocol/caller.ts";
import type { OperationRequest } from "../../protocol/operation.ts";
import { WireError } from "../../protocol/wire-error.ts";
import type { PutLimits } from "./put-limits.ts";
import { type Put, releaseRecords } from "./scan-put.ts";

export interface PutDependencies {
  readonly streams: Pick<Streams, "intake" | "get">;
  /** Absent: AWS's numbers. */
  readonly limits?: PutLimits;
}

export interface PutDone {
  readonly intake: Intake;
  readonly answer: IntakeAnswer;
}

/** What PutRecord and PutRecordBatch have in common once the request is decoded: permission, stream, intake. */
export async function putIntoStream(
  streams: PutDependencies["streams"],
  request: OperationRequest,
  call: "PutRecord" | "PutRecordBatch",
  put: Put,
  limits: PutLimits,
): Promise<PutDone> {
  request.authorize(arnOf(request.caller, "firehose", `deliverystream/${put.streamName}`));
  requireFits(put, limits);
  const type = streams.get(put.streamName)?.type ?? "DirectPut";
  if (type !== "DirectPut") {
    const message = `This operation is not permitted on ${type} delivery stream type.`;
    throw new WireError("InvalidArgumentException", message);
  }
  const intake = streams.intake(put.streamName);
  try {
    return { intake, answer: await intake.accept(intakeCall(request, call, put)) };
  } finally {
    releaseRecords(put.records);
  }
}

function intakeCall(request: OperationRequest, call: "PutRecord" | "PutRecordBatch", put: Put): IntakeCall {
  const invocation = request.headers["amz-sdk-invocation-id"] ?? request.headers["idempotency-key"];
  if (typeof invocation !== "string") return { records: put.records, call };
  const parts = [request.caller.principal, put.streamName, call, invocation, request.bodySha256()];
  return { records: put.records, call, retryKey: retryKeyOf(parts) };
}

/** One fixed-size string for principal, stream, operation, invocation and body: any other of these is another request. */
export function retryKeyOf(parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts), "base64url");
}

/** The limit on the sum is not part of the shape: it comes after permission, with a code of its own. */
function requireFits(put: Put, limits: PutLimits): void {
  if (put.records.bytes.length <= limits.batchBytes) return;
  const megabytes = Number((limits.batchBytes / 1024 ** 2).toFixed(2));
  throw new WireError("InvalidArgumentException", `Records size exceeds ${megabytes} MB limit`);
}
