import { gunzipSync } from "node:zlib";
import type { Clock } from "../../std/clock.ts";
import type { MetricHistory } from "../../telemetry/history/metric-history.ts";
import { requirePermission } from "../protocol/authenticator.ts";
import { formValue } from "../protocol/form-value.ts";
import { parseJsonObject } from "../protocol/json-protocol.ts";
import type { Operation, OperationRequest } from "../protocol/operation.ts";
import type { QueryOperation } from "../protocol/query-protocol.ts";
import { checkShape, type ShapeValue, type StructureShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import { toJson, type WireTree } from "../protocol/wire-tree.ts";

/**
 * CloudWatch speaks two protocols here: JSON 1.0, which the SDKs of today for Python and JavaScript speak, and the query
 * protocol of those before them. An operation is written once and knows neither.
 */
export interface CloudWatchOperation<S extends StructureShape> {
  /** `GetMetricData`. */
  readonly name: string;
  readonly shape: S;
  handle(input: ShapeValue<S>): Promise<WireTree> | WireTree;
}

export interface CloudWatchContext {
  readonly history: MetricHistory;
  readonly clock: Clock;
}

/** The name of the service in signatures and before the name of an operation in JSON; actions have a third. */
const SERVICE = "monitoring";
const TARGET = "GraniteServiceVersion20100801";
const ACTIONS = "cloudwatch";
const NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/** Of a body that is unpacked, as CloudWatch has it. */
const BODY_BYTES_MAX = 1024 * 1024;

export function jsonOperation<S extends StructureShape>({ name, shape, handle }: CloudWatchOperation<S>): Operation {
  return {
    target: `${TARGET}.${name}`,
    service: SERVICE,
    actionPrefix: ACTIONS,
    handle: async (request) => {
      const input = checkShape(shape, bodyOf(request));
      request.authorize("*");
      return toJson(await handle(input));
    },
  };
}

export function queryOperation<S extends StructureShape>({
  name,
  shape,
  handle,
}: CloudWatchOperation<S>): QueryOperation {
  return {
    action: name,
    service: SERVICE,
    namespace: NAMESPACE,
    handle: (form, caller) => {
      requirePermission(caller, `${ACTIONS}:${name}`, "*");
      return handle(checkShape(shape, formValue(form, shape)));
    },
  };
}

/** SDKs compress the larger bodies of PutMetricData, and sign them compressed. */
function bodyOf(request: OperationRequest): unknown {
  const encoding = request.headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return request.json();
  if (encoding !== "gzip") {
    const message = `Expected Content-Encoding gzip or none, got ${encoding.slice(0, 100)}`;
    throw new WireError("UnsupportedContentEncodingException", message);
  }
  try {
    return parseJsonObject(gunzipSync(request.body, { maxOutputLength: BODY_BYTES_MAX }));
  } catch (error) {
    if (error instanceof WireError) throw error;
    const message = `Expected a gzip body of at most ${BODY_BYTES_MAX} bytes unpacked; it could not be unpacked`;
    throw new WireError("SerializationException", message, { cause: error });
  }
}

export function invalidValue(message: string): WireError {
  return new WireError("InvalidParameterValueException", message);
}

export function invalidCombination(message: string): WireError {
  return new WireError("InvalidParameterCombinationException", message);
}
