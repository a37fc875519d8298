import { hash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { requirePermission } from "../protocol/authenticator.ts";
import { arnOf, type Caller } from "../protocol/caller.ts";
import { REFUSAL_CODES, wireErrorOf } from "../protocol/error-mapping.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "../protocol/http.ts";
import { WireError, type WireErrorCode } from "../protocol/wire-error.ts";
import type { Endpoint } from "./endpoint.ts";

export interface AdminRouteOptions {
  readonly endpoints: readonly Endpoint[];
  /** Who calls; for a signed call, once its body is there. Throws a WireError unless it carries what the server asks for. */
  readonly authenticate: (head: RequestHead) => Caller | ((bodySha256: () => string) => Caller);
  readonly telemetry: Telemetry;
}

/** The service that signed calls are scoped to: the one of the actions. */
export const ADMIN_SERVICE = "lakehose";

const PREFIX = "/api/";

/** Bodies are settings: small. */
const BODY_BYTES_MAX = 1024 * 1024;

/**
 * The admin API: JSON over plain HTTP below `/api/`. Every failure is `{code, message}` under the status that the web
 * expects of it; the codes are those of the AWS wire, so that one list explains them all.
 */
export function adminRoute(options: AdminRouteOptions): Route {
  return {
    name: "admin",
    matches: (head) => head.path.startsWith(PREFIX),
    handle: async (request) => {
      const about = { accountId: "", stream: "", operation: "unknown" };
      try {
        const { caller, json } = await prove(options, request);
        about.accountId = caller.accountId;
        const { endpoint, stream, id } = findEndpoint(options.endpoints, request);
        about.stream = stream;
        about.operation = endpoint.action.slice(endpoint.action.indexOf(":") + 1);
        const resource = stream === "" ? "*" : arnOf(caller, "firehose", `deliverystream/${stream}`);
        requirePermission(caller, endpoint.action, resource);
        const { query: text, signal } = request;
        const query = new URLSearchParams(text);
        return answer(200, await endpoint.handle({ stream, id, arn: resource, query, signal, json }));
      } catch (error) {
        const known = wireErrorOf(error, about);
        if (known === undefined) throw error;
        const { operation } = about;
        // The operation becomes a label of a metric: anybody's path there would be a series of its own for ever.
        const fields = { protocol: "admin", operation, code: known.code, reason: known.message };
        options.telemetry.emit("api.requestFailed", fields);
        return failure(known.code, known.message);
      }
    },
    refuse: (refusal) => failure(REFUSAL_CODES[refusal.reason], refusal.message),
  };
}

/** Where the web's status says more than AWS's 400. */
const STATUSES: Partial<Record<WireErrorCode, number>> = {
  AccessDeniedException: 403,
  ConcurrentModificationException: 409,
  EntityNotFoundException: 404,
  MissingAuthenticationTokenException: 401,
  RequestEntityTooLargeException: 413,
  RequestTimeoutException: 408,
  ResourceInUseException: 409,
  ResourceNotFoundException: 404,
  ServiceUnavailableException: 503,
  UnknownOperationException: 404,
  UnrecognizedClientException: 401,
  InternalFailure: 500,
};

function failure(code: WireErrorCode, message: string): HttpAnswer {
  return answer(STATUSES[code] ?? 400, { code, message });
}

function answer(status: number, body: JsonValue): HttpAnswer {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: `${JSON.stringify(body)}\n` };
}

function findEndpoint(
  endpoints: readonly Endpoint[],
  head: RequestHead,
): { endpoint: Endpoint; stream: string; id: string } {
  const segments = head.path.slice(PREFIX.length).split("/");
  const at = endpoints.filter((endpoint) => matchPath(endpoint.path, segments) !== undefined);
  const endpoint = at.find((one) => one.method === head.method);
  if (endpoint !== undefined) {
    const values = matchPath(endpoint.path, segments);
    return { endpoint, stream: values?.get(":name") ?? "", id: values?.get(":id") ?? "" };
  }
  const methods = at.map((one) => one.method).join(", ");
  const known = endpoints.map((one) => `${one.method} ${PREFIX}${one.path}`).join(", ");
  const advice = methods === "" ? `There are: ${known}` : `It takes: ${methods}`;
  throw new WireError("UnknownOperationException", `${head.method} ${head.path} is unknown. ${advice}`);
}

/** What stands for `:name` and `:id`; `undefined` when the path is another. */
function matchPath(path: string, segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  const pattern = path.split("/");
  if (pattern.length !== segments.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, expected] of pattern.entries()) {
    const given = segments[index] ?? "";
    if (expected.startsWith(":")) values.set(expected, decode(given));
    else if (expected !== given) return undefined;
  }
  return values;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new WireError("InvalidArgumentException", `Path segment ${segment} is not valid percent-encoding`);
  }
}

/** The caller, and the body for whoever wants it: that of a signed call is read first, because the signature covers it. */
async function prove(
  { authenticate }: AdminRouteOptions,
  request: HttpRequest,
): Promise<{ caller: Caller; json: () => Promise<JsonObject> }> {
  const proved = authenticate(request);
  if (typeof proved !== "function") {
    return {
      caller: proved,
      json: async () => parseJson(await request.body({ decode: true, bytesMax: BODY_BYTES_MAX })),
    };
  }
  const body = await request.body({ bytesMax: BODY_BYTES_MAX });
  return { caller: proved(() => hash("sha256", body, "hex")), json: async () => parseJson(body) };
}

function parseJson(body: Buffer): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    const message = "The body is not JSON. (Where a call is signed, it may not be compressed.)";
    throw new WireError("SerializationException", message, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new WireError("SerializationException", "The body has to be a JSON object");
}
