import { hash } from "node:crypto";
import type { JsonObject } from "../../std/json.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { AuditedChange, AuditTrail } from "../protocol/audit-trail.ts";
import { requirePermission, requireRole } from "../protocol/authenticator.ts";
import { arnOf, type Caller } from "../protocol/caller.ts";
import { REFUSAL_CODES, wireErrorOf } from "../protocol/error-mapping.ts";
import type { HttpRequest, RequestHead, Route } from "../protocol/http.ts";
import { type OwnAddress, refuseOtherSites } from "../protocol/same-origin.ts";
import { WireError } from "../protocol/wire-error.ts";
import { adminAnswer, adminFailure, fileAnswer } from "./admin-answer.ts";
import { type Endpoint, FileAnswer } from "./endpoint.ts";

export interface AdminRouteOptions {
  readonly endpoints: readonly Endpoint[];
  /** Who calls; for a signed call, once its body is there. Throws a WireError unless it carries what the server asks for. */
  readonly authenticate: (head: RequestHead) => Caller | ((bodySha256: () => string) => Caller);
  readonly telemetry: Telemetry;
  /** Under which addresses browsers know the server, so that pages of other sites are told apart. */
  readonly own: OwnAddress;
  /** Where changes are written down; absent: nowhere. */
  readonly audit?: AuditTrail | undefined;
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
      let change: AuditedChange | undefined;
      try {
        const { caller, json } = await prove(options, request);
        about.accountId = caller.accountId;
        refuseOtherSites(request, options.own, caller.proof === "session");
        const { endpoint, stream, id } = findEndpoint(options.endpoints, request);
        about.stream = stream;
        about.operation = endpoint.action.slice(endpoint.action.indexOf(":") + 1);
        const beginChange = () => {
          change = options.audit?.begin(request, caller, endpoint.action);
          change?.concerns(subjectOf(request, stream, id));
        };
        if (endpoint.method !== "GET" && endpoint.audited !== false) beginChange();
        const arn = resourceOf(caller, stream);
        authorize(caller, endpoint, arn);
        const query = new URLSearchParams(request.query);
        const asked = async () => {
          const body = await json();
          change?.asks(body);
          return body;
        };
        const body = await endpoint.handle({
          ...{ stream, id, arn, query, signal: request.signal, json: asked },
          changes: (asks) => {
            beginChange();
            change?.asks(asks);
            requireRole(caller, "admin", endpoint.action);
          },
        });
        await change?.done();
        return body instanceof FileAnswer ? fileAnswer(body) : adminAnswer(200, body);
      } catch (error) {
        const known = wireErrorOf(error, about);
        await change?.failed(known ?? error);
        if (known === undefined) throw error;
        const { operation } = about;
        // The operation becomes a label of a metric: anybody's path there would be a series of its own for ever.
        const fields = { protocol: "admin", operation, code: known.code, reason: known.message };
        options.telemetry.emit("api.requestFailed", fields);
        return adminFailure(known);
      }
    },
    refuse: ({ reason, message }) => adminFailure({ code: REFUSAL_CODES[reason], message, cause: undefined }),
  };
}

/** The rules of the key or token, and the role of the session or token: both have to allow it. */
function authorize(caller: Caller, endpoint: Endpoint, arn: string): void {
  requirePermission(caller, endpoint.action, arn);
  requireRole(caller, endpoint.role, endpoint.action);
}

/** The ARN of a stream as this caller names it; `*` where the path has none. */
function resourceOf(caller: Caller, stream: string): string {
  return stream === "" ? "*" : arnOf(caller, "firehose", `deliverystream/${stream}`);
}

/** What a call is about, in the words of its path: `streams/clicks`, `jobs/daily`. */
function subjectOf({ path }: RequestHead, stream: string, id: string): string {
  const [kind = ""] = path.slice(PREFIX.length).split("/");
  if (stream !== "") return `streams/${stream}`;
  return id === "" ? kind : `${kind}/${id}`;
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
