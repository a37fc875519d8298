import { createHash } from "node:crypto";
import { type PackedRecords, packRecords, recordAt, recordCount } from "../../../model/records.ts";
import { envelope } from "../../../sources/envelope.ts";
import { StoreOnce } from "../../../sources/store-once.ts";
import { parseQueryString } from "../../../std/query-string.ts";
import type { Intake, Streams } from "../../../streams/streams.ts";
import { AWS_PUT_LIMITS, type PutLimits } from "../../firehose/put/put-limits.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "../../protocol/http.ts";
import { WireError } from "../../protocol/wire-error.ts";
import { type DoorOptions, doorRoute, headerOf, type Seen } from "../door-route.ts";
import { openIntake } from "../open-intake.ts";
import { plainStatusOf } from "../plain-answer.ts";
import { readCommonAttributes } from "./common-attributes.ts";
import { type Delivery, readDelivery } from "./read-delivery.ts";

export interface ReceiveDeliveryOptions extends DoorOptions {
  readonly streams: Pick<Streams, "intake" | "get">;
  /** Absent: AWS's numbers. */
  readonly limits?: Pick<PutLimits, "recordBytes">;
}

/** Largest body before compression (HTTP endpoint delivery, protocol 1.0). */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** What is echoed and remembered; Firehose sends 36 characters. */
const REQUEST_ID_LENGTH_MAX = 256;

/** Longest `errorMessage` that Firehose reads (protocol 1.0). */
const ERROR_MESSAGE_LENGTH_MAX = 8192;

/** Attributes that many small records repeat are refused before they take more memory than the largest body. */
const ENVELOPES_BYTES_MAX = 96 * 1024 * 1024;

const PATH = /^\/v1\/streams\/([^/]*)\/firehose$/;

/**
 * Amazon Data Firehose's HTTP endpoint delivery, protocol 1.0, from the side of the endpoint: a delivery stream in AWS, or
 * whatever else speaks it, delivers to a stream here.
 *
 *     POST /v1/streams/NAME/firehose[?record=envelope]
 *     X-Amz-Firehose-Protocol-Version: 1.0
 *     X-Amz-Firehose-Request-Id: the same in all attempts of a delivery
 *     X-Amz-Firehose-Source-Arn: the delivery stream
 *     X-Amz-Firehose-Access-Key: a token of the configuration, where there is any
 *     X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"name":"value"}}
 *     Content-Encoding: gzip | absent
 *     body => see `read-delivery.ts`
 *
 *     200 { requestId, timestamp } | error { requestId, timestamp, errorMessage }
 *
 * 200 alone is success, and only with this body. 413 says that the delivery is given up and, by AWS's guide, not even
 * backed up, so it is said to bodies that the protocol does not allow and to nothing else. Any other status has Firehose try
 * again until its retry duration is over, and then put the records into its own bucket: so nothing is lost by a 400.
 *
 * A delivery is one append, all of it or nothing. It is remembered as one message, so that an attempt whose answer was lost
 * is not stored again, hours later as well. The records are part of what is remembered: a request id that comes with other
 * records is another delivery.
 */
export function receiveDeliveryRoute(options: ReceiveDeliveryOptions): Route {
  const once = new StoreOnce();
  return doorRoute(options, {
    name: "firehose-delivery",
    operation: "ReceiveDelivery",
    path: PATH,
    receive: (request, stream, seen) => receive(options, once, request, stream, seen),
    failed: (error, { requestId, headers = {} }) => {
      const told = headerOf({ headers }, "x-amz-firehose-request-id")?.slice(0, REQUEST_ID_LENGTH_MAX) ?? requestId;
      return answer(plainStatusOf(error), told, options.clock.now(), error.message);
    },
  });
}

async function receive(
  options: ReceiveDeliveryOptions,
  once: StoreOnce,
  request: HttpRequest,
  name: string,
  seen: Seen,
): Promise<HttpAnswer> {
  const { authenticator, streams, limits = AWS_PUT_LIMITS, clock } = options;
  if (request.method !== "POST") {
    const told = answer(405, request.id, clock.now(), `Deliveries are sent with POST, got ${request.method}`);
    return { ...told, headers: { ...told.headers, allow: "POST" } };
  }
  const key = headerOf(request, "x-amz-firehose-access-key");
  const caller = authenticator.token(
    key,
    "Missing key: expected a token from the configuration in X-Amz-Firehose-Access-Key, which is the access key of the HTTP endpoint destination",
  );
  const intake = openIntake(streams, caller, name);
  const head = readHead(request);
  const body = await request.body({ decode: true, bytesMax: BODY_BYTES_MAX });
  seen.bytes = body.length;
  const delivery = readDelivery(body, limits.recordBytes);
  if (delivery.requestId !== head.requestId) {
    const message = `requestId: expected that of X-Amz-Firehose-Request-Id, got "${delivery.requestId.slice(0, REQUEST_ID_LENGTH_MAX)}"`;
    throw new WireError("InvalidArgumentException", message);
  }
  await store(once, intake, head, delivery);
  return answer(200, head.requestId, clock.now());
}

interface DeliveryHead {
  readonly requestId: string;
  readonly sourceArn: string;
  readonly commonAttributes: Readonly<Record<string, string>>;
  readonly enveloped: boolean;
}

function readHead(request: HttpRequest): DeliveryHead {
  const version = required(request, "X-Amz-Firehose-Protocol-Version");
  if (version !== "1.0") throw invalid(`X-Amz-Firehose-Protocol-Version: expected 1.0, got "${version.slice(0, 20)}"`);
  const requestId = required(request, "X-Amz-Firehose-Request-Id");
  if (requestId.length > REQUEST_ID_LENGTH_MAX) {
    throw invalid(`X-Amz-Firehose-Request-Id has at most ${REQUEST_ID_LENGTH_MAX} characters, got ${requestId.length}`);
  }
  const sourceArn = required(request, "X-Amz-Firehose-Source-Arn");
  const commonAttributes = readCommonAttributes(headerOf(request, "x-amz-firehose-common-attributes"));
  return { requestId, sourceArn, commonAttributes, enveloped: isEnveloped(request) };
}

function required(head: Pick<RequestHead, "headers">, name: string): string {
  const value = headerOf(head, name.toLowerCase());
  if (value !== undefined && value !== "") return value;
  throw invalid(`Expected the header ${name}, got none: this is the door for deliveries of Amazon Data Firehose`);
}

function isEnveloped({ query }: Pick<RequestHead, "query">): boolean {
  const given = parseQueryString(query).parameters.find(({ name }) => name === "record")?.value ?? "value";
  if (given === "value" || given === "envelope") return given === "envelope";
  throw invalid(`record: expected value or envelope, got "${given.slice(0, 40)}"`);
}

async function store(once: StoreOnce, intake: Intake, head: DeliveryHead, delivery: Delivery): Promise<void> {
  const { bytes, ends } = delivery.records;
  const content = createHash("sha256").update(bytes).update(ends).digest("base64url");
  await once.store({
    scope: `firehose/${intake.stream.uid}`,
    messages: [{ id: JSON.stringify([head.sourceArn, head.requestId, content]) }],
    holdsMessage: (digest) => intake.holdsMessage(digest),
    append: async (fresh) => {
      if (fresh.length === 0) return;
      const records = head.enveloped ? inEnvelopes(head, delivery) : delivery.records;
      const messages = fresh.flatMap(({ digest }) => digest ?? []);
      await intake.accept({ records, call: "firehose", messages });
    },
  });
}

/** Each record with all that Firehose says of the delivery, so that streams can partition by where records came from. */
function inEnvelopes(head: DeliveryHead, { records, timestamp }: Delivery): PackedRecords {
  const { requestId, sourceArn, commonAttributes } = head;
  const attributes = { commonAttributes, sourceArn, requestId, timestamp };
  const count = recordCount(records);
  const bytes = records.bytes.length + count * Buffer.byteLength(JSON.stringify(attributes));
  if (bytes > ENVELOPES_BYTES_MAX) {
    throw invalid(
      `Records and their attributes may have ${ENVELOPES_BYTES_MAX} bytes, got ${bytes}: use fewer common attributes, or record=value`,
    );
  }
  return packRecords(Array.from({ length: count }, (_, index) => envelope(recordAt(records, index), attributes)));
}

function answer(status: number, requestId: string, timestamp: number, errorMessage?: string): HttpAnswer {
  const failure = errorMessage === undefined ? {} : { errorMessage: errorMessage.slice(0, ERROR_MESSAGE_LENGTH_MAX) };
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ requestId, timestamp, ...failure }),
  };
}

function invalid(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}
