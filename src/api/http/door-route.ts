import type { Clock } from "../../std/clock.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Authenticator } from "../protocol/authenticator.ts";
import { REFUSAL_CODES, wireErrorOf } from "../protocol/error-mapping.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "../protocol/http.ts";
import { WireError } from "../protocol/wire-error.ts";
import { plainAnswer } from "./plain-answer.ts";

export interface DoorOptions {
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** A way for records into a stream over plain HTTP: a path, what becomes of a request, and how failures read there. */
export interface Door {
  readonly name: string;
  /** For telemetry, in the manner of AWS's operations. */
  readonly operation: string;
  /** Its first group names the stream, or whatever stands for one. */
  readonly path: RegExp;
  receive(request: HttpRequest, name: string, seen: Seen): Promise<HttpAnswer>;
  failed(error: WireError, request: FailedRequest): HttpAnswer;
}

/** What the door has come to know of a request, for telemetry. */
export interface Seen {
  bytes: number;
  /** Where `name` is not the stream's. */
  stream?: string;
}

export interface FailedRequest {
  readonly requestId: string;
  /** Absent where the listener refused before anybody looked. */
  readonly headers?: RequestHead["headers"];
}

/** What all doors have in common: every failure is answered in the door's own form, told to telemetry, and counted. */
export function doorRoute(options: DoorOptions, door: Door): Route {
  return {
    name: door.name,
    matches: ({ path }) => door.path.test(path),
    handle: (request) => serve(options, door, request),
    refuse: ({ reason, message }, requestId) =>
      door.failed(new WireError(REFUSAL_CODES[reason], message), { requestId }),
  };
}

async function serve(options: DoorOptions, door: Door, request: HttpRequest): Promise<HttpAnswer> {
  const { authenticator, telemetry, clock } = options;
  const { operation } = door;
  const startedAt = clock.monotonic();
  const name = door.path.exec(request.path)?.[1] ?? "";
  const seen: Seen = { bytes: 0 };
  let answer: HttpAnswer;
  try {
    answer = await door.receive(request, name, seen);
  } catch (error) {
    const known = wireErrorOf(error, { accountId: authenticator.accountId, stream: seen.stream ?? name });
    const wire = known ?? new WireError("InternalFailure", "The request failed for a reason inside");
    const reason = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    telemetry.emit("api.requestFailed", { protocol: "http", operation, code: wire.code, reason });
    answer = door.failed(wire, { requestId: request.id, headers: request.headers });
  }
  telemetry.emit("api.requestServed", {
    protocol: "http",
    operation,
    stream: seen.stream ?? name,
    status: answer.status,
    bytes: seen.bytes,
    durationMs: clock.monotonic() - startedAt,
  });
  return answer;
}

/** `allowed` as the header has it: `POST, OPTIONS`. */
export function methodNotAllowed(request: HttpRequest, allowed: string): HttpAnswer {
  const body = {
    code: "MethodNotAllowed",
    message: `Records are sent with POST, got ${request.method}`,
    action: "Use POST.",
  };
  const answer = plainAnswer(405, body, request.id);
  return { ...answer, headers: { ...answer.headers, allow: allowed } };
}

/** The text of a header; several of a name come joined by a comma. */
export function headerOf({ headers }: Pick<RequestHead, "headers">, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
