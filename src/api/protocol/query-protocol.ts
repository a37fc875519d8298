import { hash } from "node:crypto";
import type { Clock } from "../../std/clock.ts";
import { onDemand } from "../../std/on-demand.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Caller } from "./caller.ts";
import { REFUSAL_CODES, wireErrorOf } from "./error-mapping.ts";
import type { HttpAnswer, HttpRequest, Route } from "./http.ts";
import { faultOf, queryCodeOf } from "./query-codes.ts";
import { WireError, type WireErrorCode } from "./wire-error.ts";
import { escapeXml, toXml, type WireTree } from "./wire-tree.ts";

/** One operation of an AWS query service (STS, CloudWatch): a form in, XML out. */
export interface QueryOperation {
  /** Value of the form field `Action`. */
  readonly action: string;
  readonly service: string;
  /** Of the answer's root element. */
  readonly namespace: string;
  /** Elements inside `<ActionResult>`, in order. The operation itself asks whether the caller may have them. */
  handle(form: URLSearchParams, caller: Caller): Promise<WireTree> | WireTree;
}

export interface QueryProtocolOptions {
  /** Asked for with the first call; so few clients speak this protocol that they are loaded then. */
  readonly operations: () => Promise<readonly QueryOperation[]>;
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** The largest form is that of CloudWatch's PutMetricData. */
const FORM_BYTES_MAX = 1024 * 1024;

/** Failures of who the caller is are 403 in this protocol. */
const FORBIDDEN_CODES: ReadonlySet<WireErrorCode> = new Set([
  "AccessDeniedException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
]);

/** AWS query: `POST /` with a form that names the `Action`. */
export function queryProtocol(options: QueryProtocolOptions): Route {
  const load = onDemand(async () => {
    const operations = await options.operations();
    return new Map(operations.map((operation) => [operation.action, operation]));
  });
  return {
    name: "aws-query",
    matches: ({ method, path, headers }) =>
      method === "POST" &&
      path === "/" &&
      (headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false),
    handle: (request) => serve(options, load, request),
    refuse: ({ reason, message }, requestId) => errorAnswer(new WireError(REFUSAL_CODES[reason], message), requestId),
  };
}

async function serve(
  options: QueryProtocolOptions,
  load: () => Promise<ReadonlyMap<string, QueryOperation>>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { authenticator, telemetry, clock } = options;
  const startedAt = clock.monotonic();
  let name = "unknown";
  let bytes = 0;
  let answer: HttpAnswer;
  try {
    const body = await request.body({ bytesMax: FORM_BYTES_MAX });
    bytes = body.length;
    const form = new URLSearchParams(body.toString("utf8"));
    const operations = await load();
    const operation = operations.get(form.get("Action") ?? "");
    if (operation === undefined) {
      const known = [...operations.keys()].join(", ");
      throw new WireError("UnknownOperationException", `Expected a known Action (${known}) in the form`);
    }
    name = operation.action;
    const caller = authenticator.signed(request, operation.service)(() => hash("sha256", body, "hex"));
    answer = xmlAnswer(200, goodXml(operation, await operation.handle(form, caller), request.id), request.id);
  } catch (error) {
    const known = wireErrorOf(error, { accountId: authenticator.accountId, stream: "" });
    const reason = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    const wire = known ?? new WireError("InternalFailure", "The request failed for a reason inside");
    telemetry.emit("api.requestFailed", { protocol: "aws-query", operation: name, code: wire.code, reason });
    answer = errorAnswer(wire, request.id);
  }
  const durationMs = clock.monotonic() - startedAt;
  const { status } = answer;
  telemetry.emit("api.requestServed", {
    protocol: "aws-query",
    operation: name,
    stream: "",
    status,
    bytes,
    durationMs,
  });
  return answer;
}

function goodXml({ action, namespace }: QueryOperation, result: WireTree, requestId: string): string {
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${toXml(result)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

function errorAnswer(error: WireError, requestId: string): HttpAnswer {
  const status = FORBIDDEN_CODES.has(error.code) ? 403 : error.status;
  const text = `<Type>${faultOf(error)}</Type><Code>${queryCodeOf(error)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const xml = `<ErrorResponse><Error>${text}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return xmlAnswer(status, xml, requestId);
}

function xmlAnswer(status: number, body: string, requestId: string): HttpAnswer {
  return { status, headers: { "content-type": "text/xml", "x-amzn-RequestId": requestId }, body };
}
