import { hash } from "node:crypto";
import type { Clock } from "../../std/clock.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Caller } from "./caller.ts";
import { REFUSAL_CODES, wireErrorOf } from "./error-mapping.ts";
import type { HttpAnswer, HttpRequest, Route } from "./http.ts";
import { WireError, type WireErrorCode } from "./wire-error.ts";

/** One operation of an AWS query service (STS): a form in, XML out. */
export interface QueryOperation {
  /** Value of the form field `Action`. */
  readonly action: string;
  readonly service: string;
  /** Of the answer's root element. */
  readonly namespace: string;
  /** Elements inside `<ActionResult>`, in order; values are escaped here. */
  handle(form: URLSearchParams, caller: Caller): Readonly<Record<string, string>>;
}

export interface QueryProtocolOptions {
  readonly operations: readonly QueryOperation[];
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Query services have small forms; AWS's own limit is of this order. */
const FORM_BYTES_MAX = 64 * 1024;

/** The query protocol has older names for the same failures. */
const QUERY_CODES: Partial<Record<WireErrorCode, string>> = {
  AccessDeniedException: "AccessDenied",
  IncompleteSignatureException: "IncompleteSignature",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  ServiceUnavailableException: "ServiceUnavailable",
  UnknownOperationException: "InvalidAction",
  UnrecognizedClientException: "InvalidClientTokenId",
  ValidationException: "ValidationError",
};

/** Failures of who the caller is are 403 in this protocol. */
const FORBIDDEN_CODES: ReadonlySet<WireErrorCode> = new Set([
  "AccessDeniedException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
]);

/** AWS query: `POST /` with a form that names the `Action`. */
export function queryProtocol(options: QueryProtocolOptions): Route {
  const operations = new Map(options.operations.map((operation) => [operation.action, operation]));
  return {
    name: "aws-query",
    matches: ({ method, path, headers }) =>
      method === "POST" &&
      path === "/" &&
      (headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false),
    handle: (request) => serve(options, operations, request),
    refuse: ({ reason, message }, requestId) => errorAnswer(new WireError(REFUSAL_CODES[reason], message), requestId),
  };
}

async function serve(
  options: QueryProtocolOptions,
  operations: ReadonlyMap<string, QueryOperation>,
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
    const operation = operations.get(form.get("Action") ?? "");
    if (operation === undefined) {
      const known = [...operations.keys()].join(", ");
      throw new WireError("UnknownOperationException", `Expected a known Action (${known}) in the form`);
    }
    name = operation.action;
    const caller = authenticator.signed(request, operation.service)(() => hash("sha256", body, "hex"));
    answer = xmlAnswer(200, goodXml(operation, operation.handle(form, caller), request.id), request.id);
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

function goodXml(operation: QueryOperation, result: Readonly<Record<string, string>>, requestId: string): string {
  const { action, namespace } = operation;
  const elements = Object.entries(result).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${elements.join("")}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

function errorAnswer(error: WireError, requestId: string): HttpAnswer {
  const code = QUERY_CODES[error.code] ?? error.code;
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const status = FORBIDDEN_CODES.has(error.code) ? 403 : error.status;
  const text = `<Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(error.message)}</Message>`;
  const xml = `<ErrorResponse><Error>${text}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return xmlAnswer(status, xml, requestId);
}

function xmlAnswer(status: number, body: string, requestId: string): HttpAnswer {
  return { status, headers: { "content-type": "text/xml", "x-amzn-RequestId": requestId }, body };
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? char);
}
