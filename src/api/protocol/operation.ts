import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "../../std/json.ts";
import type { Caller } from "./caller.ts";

/**
 * One operation of an AWS JSON 1.1 service, one file each, named after it. The protocol has checked the signature before
 * `handle` is called; the operation checks in AWS's order: shape (`checkShape`), permission (`request.authorize`), meaning.
 */
export interface Operation {
  /** Value of `X-Amz-Target`: `Firehose_20150804.DescribeDeliveryStream`. */
  readonly target: string;
  /** Name in the signature, in ARNs and in actions (`firehose:DescribeDeliveryStream`). */
  readonly service: string;
  /** Name in actions where it is another (`cloudwatch:GetMetricData` of the service `monitoring`). */
  readonly actionPrefix?: string;
  /**
   * Must call `request.authorize` before it does or tells anything; the protocol refuses to send a good answer of an
   * operation that never asked. Throws `WireError`, or the errors that `error-mapping.ts` knows.
   */
  handle(request: OperationRequest): Promise<OperationResponse> | OperationResponse;
}

export interface OperationRequest {
  readonly body: Buffer;
  /** SHA-256 of the body, lower-case hex; computed once, where the signature needs it anyway. */
  bodySha256(): string;
  /** The body as a JSON object, parsed at the first call. An empty body is `{}`. Throws SerializationException. */
  json(): JsonObject;
  readonly caller: Caller;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
  /**
   * Throws AccessDeniedException unless the caller may do this operation to the resource: its ARN (`arnOf`), or `*` for
   * an operation on no resource in particular. Returns the ARN.
   */
  authorize(resource: string): string;
}

/** A JSON object, or a body that is already encoded as JSON (the put path patches bytes). */
export type OperationResponse = JsonObject | Buffer;
