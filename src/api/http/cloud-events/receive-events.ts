import { packRecords } from "../../../model/records.ts";
import { StoreOnce } from "../../../sources/store-once.ts";
import type { Intake, Streams } from "../../../streams/streams.ts";
import { AWS_PUT_LIMITS, type PutLimits } from "../../firehose/put/put-limits.ts";
import type { HttpAnswer, HttpRequest, Route } from "../../protocol/http.ts";
import { WireError } from "../../protocol/wire-error.ts";
import { type DoorOptions, doorRoute, headerOf, methodNotAllowed, type Seen } from "../door-route.ts";
import { openIntake, requireRecordsFit } from "../open-intake.ts";
import { plainAnswer, plainError } from "../plain-answer.ts";
import { isBinaryEvent, readBinaryEvent } from "./binary-event.ts";
import { type CloudEvent, readBatch, readEvent } from "./cloud-event.ts";

export interface ReceiveEventsOptions extends DoorOptions {
  readonly streams: Pick<Streams, "intake" | "get">;
  /** Absent: AWS's numbers. */
  readonly limits?: Pick<PutLimits, "recordBytes">;
}

const PATH = /^\/v1\/streams\/([^/]*)\/events$/;

/**
 * CloudEvents 1.0 over HTTP, in all three modes of its binding:
 *
 *     POST /v1/streams/NAME/events
 *     Content-Type: application/cloudevents+json        => structured: the body is the event
 *     Content-Type: application/cloudevents-batch+json  => batched: the body is an array of events
 *     ce-specversion: 1.0, ce-id, ce-source, ce-type, … => binary: the body is the data
 *
 *     200 { accepted, duplicates } | error { code, message, action }
 *
 *     OPTIONS with WebHook-Request-Origin => WebHook-Allowed-Origin, as "HTTP 1.1 Web Hooks for Event Delivery" asks
 *
 * Each event becomes one record: its JSON in one line. An event is known by source and id, so one that comes again is not
 * stored again. A request is one append: all its events or none.
 */
export function receiveEventsRoute(options: ReceiveEventsOptions): Route {
  const once = new StoreOnce();
  return doorRoute(options, {
    name: "cloud-events",
    operation: "ReceiveEvents",
    path: PATH,
    receive: (request, stream, seen) => receive(options, once, request, stream, seen),
    failed: (error, { requestId }) => plainError(error, requestId),
  });
}

async function receive(
  options: ReceiveEventsOptions,
  once: StoreOnce,
  request: HttpRequest,
  name: string,
  seen: Seen,
): Promise<HttpAnswer> {
  const { authenticator, streams, limits = AWS_PUT_LIMITS } = options;
  if (request.method === "OPTIONS") return handshake(request);
  if (request.method !== "POST") return methodNotAllowed(request, ALLOWED_METHODS);
  const intake = openIntake(streams, authenticator.bearer(request), name);
  const read = readerOf(request);
  const body = await request.body({ decode: true });
  seen.bytes = body.length;
  const events = read(body);
  requireRecordsFit(packRecords(events.map(({ json }) => json)), limits.recordBytes);
  const accepted = await store(once, intake, events);
  return plainAnswer(200, { accepted, duplicates: events.length - accepted }, request.id);
}

const ALLOWED_METHODS = "POST, OPTIONS";

/**
 * Who delivers events asks before the first whether they are wanted here. They are, from everywhere and as fast as the
 * stream takes them: what counts is the token of the delivery itself.
 */
function handshake(request: HttpRequest): HttpAnswer {
  const origin = headerOf(request, "webhook-request-origin");
  const rate = headerOf(request, "webhook-request-rate");
  return {
    status: 200,
    headers: {
      allow: ALLOWED_METHODS,
      ...(origin !== undefined && { "webhook-allowed-origin": origin }),
      ...(origin !== undefined && rate !== undefined && { "webhook-allowed-rate": "*" }),
    },
    body: "",
  };
}

type ReadEvents = (body: Buffer) => readonly CloudEvent[];

/** Which mode it is, before the body is read. */
function readerOf(request: HttpRequest): ReadEvents {
  const type = headerOf(request, "content-type") ?? "";
  const [media = ""] = type.toLowerCase().split(";", 1);
  if (!media.startsWith("application/cloudevents")) {
    if (isBinaryEvent(request.headers)) return (body) => [readBinaryEvent(request.headers, body)];
    throw new WireError("InvalidArgumentException", `Expected a CloudEvent: ${MODES}`);
  }
  const charset = /;\s*charset="?([^";]+)/i.exec(type)?.[1] ?? "utf-8";
  if (charset.trim().toLowerCase() === "utf-8") {
    if (media.trim() === "application/cloudevents+json") return (body) => [readEvent(body)];
    if (media.trim() === "application/cloudevents-batch+json") return readBatch;
  }
  const message = `Content-Type: expected one of JSON in UTF-8, got "${type.slice(0, 100)}": ${MODES}`;
  throw new WireError("UnsupportedMediaTypeException", message);
}

const MODES =
  "application/cloudevents+json, application/cloudevents-batch+json, or ce-specversion with the other attributes in ce-* headers";

/** Resolves to how many were not there before. */
async function store(once: StoreOnce, intake: Intake, messages: readonly CloudEvent[]): Promise<number> {
  let accepted = 0;
  await once.store({
    scope: `events/${intake.stream.uid}`,
    messages,
    holdsMessage: (digest) => intake.holdsMessage(digest),
    append: async (fresh) => {
      if (fresh.length === 0) return;
      const records = packRecords(fresh.map(({ message }) => message.json));
      await intake.accept({ records, call: "events", messages: fresh.flatMap(({ digest }) => digest ?? []) });
      accepted = fresh.length;
    },
  });
  return accepted;
}
