import type { Clock } from "../../std/clock.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { StreamDocument, Streams } from "../../streams/streams.ts";
import { arnOf } from "../protocol/caller.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { StreamUpstreams } from "./source-of-stream.ts";
import { firstProblem, type Problems } from "./validation/problems.ts";

/** What the operations of the control plane work on. */
export interface ControlContext {
  readonly streams: Streams;
  readonly clock: Clock;
  /** Whether a key for encryption at rest is configured. */
  readonly canEncrypt: () => boolean;
  readonly upstreams: StreamUpstreams;
}

/** Asks for the permission to do this operation on a stream; returns the stream's ARN as this caller names it. */
export function authorizeStream(request: OperationRequest, name: string): string {
  return request.authorize(arnOf(request.caller, "firehose", `deliverystream/${name}`));
}

export function requireStream(streams: Streams, name: string): StreamDocument {
  const document = streams.get(name);
  if (document === undefined) throw new StreamError("not-found", `There is no stream ${name}`);
  return document;
}

export function invalidArgument(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}

export function refuseProblems(problems: Problems): void {
  const problem = firstProblem(problems);
  if (problem !== undefined) throw invalidArgument(problem);
}
