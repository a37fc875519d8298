import { hash } from "node:crypto";
import { invariant } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { onDemand } from "../../std/on-demand.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { AuditedChange, AuditTrail } from "./audit-trail.ts";
import { type Authenticator, requirePermission } from "./authenticator.ts";
import { isChange, subjectOf } from "./changes.ts";
import { REFUSAL_CODES, wireErrorOf } from "./error-mapping.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "./http.ts";
import type { Operation } from "./operation.ts";
import { faultOf, queryCodeOf } from "./query-codes.ts";
import { WireError } from "./wire-error.ts";

export interface JsonProtocolOptions {
  /** Those that are always at hand, of all services; told apart by their targets. */
  readonly operations: readonly Operation[];
  /** Further ones, loaded with the first call to their service: by what their targets have before the dot (`AWSGlue`). */
  readonly services?: Readonly<Record<string, () => Promise<readonly Operation[]>>>;
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Where changes are written down; absent: nowhere. */
  readonly audit?: AuditTrail | undefined;
}

const CONTENT_TYPE = "application/x-amz-json-1.1";

/** Longest target that is repeated to the client. */
const TARGET_SHOWN_MAX = 256;

/**
 * AWS JSON 1.1: `POST /` with the operation in `X-Amz-Target`, an object in and out. Errors carry their code in the header
 * `x-amzn-ErrorType` and in `__type`, because clients read one or the other (reference 1.6).
 */
export function jsonProtocol(options: JsonProtocolOptions): Route {
  const operations = new OperationTable(options);
  return {
    name: "aws-json",
    matches: (head) =>
      head.headers["x-amz-target"] !== undefined ||
      (head.headers["content-type"]?.startsWith("application/x-amz-json") ?? false),
    handle: (request) => new Exchange(options, request).answer(operations),
    refuse: ({ reason, message }, requestId) => errorAnswer(new WireError(REFUSAL_CODES[reason], message), requestId),
  };
}

/** One request on its way: what is known of it so far, for the answer and for telemetry. */
class Exchange {
  readonly #options: JsonProtocolOptions;
  readonly #request: HttpRequest;
  #operation = "unknown";
  #stream = "";
  #bodyBytes = 0;
  #change: AuditedChange | undefined;

  constructor(options: JsonProtocolOptions, request: HttpRequest) {
    this.#options = options;
    this.#request = request;
  }

  async answer(operations: OperationTable): Promise<HttpAnswer> {
    const { clock, telemetry } = this.#options;
    const startedAt = clock.monotonic();
    let answer: HttpAnswer;
    try {
      answer = goodAnswer(await this.#run(await operationOf(this.#request, operations)), this.#request.id);
    } catch (error) {
      const explained = this.#explain(error);
      if (this.#change !== undefined) await this.#change.failed(explained);
      answer = errorAnswer(explained, this.#request.id, this.#request.headers["x-amzn-query-mode"] === "true");
    }
    telemetry.emit("api.requestServed", {
      protocol: "aws-json",
      operation: this.#operation,
      stream: this.#stream,
      status: answer.status,
      bytes: this.#bodyBytes,
      durationMs: clock.monotonic() - startedAt,
    });
    return answer;
  }

  async #run(operation: Operation): Promise<Buffer | string> {
    const request = this.#request;
    this.#operation = operation.target.slice(operation.target.indexOf(".") + 1);
    const proveCaller = this.#options.authenticator.signed(request, operation.service);
    const body = await request.body();
    this.#bodyBytes = body.length;
    const bodySha256 = once(() => hash("sha256", body, "hex"));
    const caller = proveCaller(bodySha256);
    const { audit } = this.#options;
    const action = `${operation.actionPrefix ?? operation.service}:${this.#operation}`;
    const json = once(() => parseJsonObject(body));
    const change = isChange(operation, json) ? audit?.begin(this.#request, caller, action) : undefined;
    let authorized = false;
    const { headers, id: requestId } = this.#request;
    const response = await operation.handle({
      ...{ body, bodySha256, json, caller, headers, requestId },
      authorize: (resource) => {
        authorized = true;
        this.#stream = /:deliverystream\/(.*)$/.exec(resource)?.[1] ?? "";
        if (change !== undefined) this.#asksFor(change, resource, json());
        requirePermission(caller, action, resource);
        return resource;
      },
    });
    if (change !== undefined) await change.done();
    invariant(authorized, `${operation.target} asks for permission before it answers`);
    return Buffer.isBuffer(response) ? response : JSON.stringify(response);
  }

  /** From here on the change is written down, whatever becomes of it; what was no call of the operation never is. */
  #asksFor(change: AuditedChange, resource: string, asked: JsonObject): void {
    this.#change = change;
    change.concerns(subjectOf(resource));
    change.asks(asked);
  }

  #explain(error: unknown): WireError {
    const context = { accountId: this.#options.authenticator.accountId, stream: this.#stream };
    const known = wireErrorOf(error, context);
    const code = known?.code ?? "InternalFailure";
    const reason = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    const { telemetry } = this.#options;
    telemetry.emit("api.requestFailed", { protocol: "aws-json", operation: this.#operation, code, reason });
    return known ?? new WireError("InternalFailure", "The request failed for a reason inside; the server's log has it");
  }
}

/** Operations by their targets. */
class OperationTable {
  readonly #operations: Map<string, Operation>;
  readonly #services: Map<string, () => Promise<readonly Operation[]>>;

  constructor({ operations, services = {} }: JsonProtocolOptions) {
    this.#operations = new Map(operations.map((operation) => [operation.target, operation]));
    this.#services = new Map(Object.entries(services).map(([name, load]) => [name, onDemand(load)]));
  }

  async find(target: string): Promise<Operation | undefined> {
    const found = this.#operations.get(target);
    if (found !== undefined) return found;
    const load = this.#services.get(target.slice(0, Math.max(0, target.indexOf("."))));
    return (await load?.())?.find((operation) => operation.target === target);
  }
}

async function operationOf(head: RequestHead, operations: OperationTable): Promise<Operation> {
  const target = String(head.headers["x-amz-target"] ?? "");
  const operation = head.method === "POST" ? await operations.find(target) : undefined;
  if (operation !== undefined) return operation;
  const shown = target === "" ? "a request without X-Amz-Target" : target.slice(0, TARGET_SHOWN_MAX);
  throw new WireError(
    "UnknownOperationException",
    `Expected POST with the target of a known operation, got ${head.method} with ${shown}`,
  );
}

/** A request body as a JSON object; an empty body counts as `{}`. Throws SerializationException. */
export function parseJsonObject(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new WireError("SerializationException", "The request body is not valid JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new WireError("SerializationException", "The request body must be a JSON object");
}

function goodAnswer(body: Buffer | string, requestId: string): HttpAnswer {
  return { status: 200, headers: { "content-type": CONTENT_TYPE, "x-amzn-RequestId": requestId }, body };
}

/** Clients of services that once spoke the query protocol ask for the older name of the failure beside the new one. */
function errorAnswer(error: WireError, requestId: string, queryMode = false): HttpAnswer {
  const older = queryMode ? { "x-amzn-query-error": `${queryCodeOf(error)};${faultOf(error)}` } : {};
  const headers = { "content-type": CONTENT_TYPE, "x-amzn-RequestId": requestId, "x-amzn-ErrorType": error.code };
  return {
    status: error.status,
    headers: { ...headers, ...older },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.members }),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
