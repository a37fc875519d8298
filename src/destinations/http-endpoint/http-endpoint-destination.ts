import type { IdentifiedRecord } from "../../model/identified-records.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { type HttpAnswer, HttpClient, placeOf } from "../http-client/http-client.ts";
import { destinationSecret, secretMember } from "../http-client/http-reach.ts";
import { answerProblem, excerpt } from "./delivery-answer.ts";
import { type DeliveryRequest, deliveryRequests, packed, requestBody } from "./delivery-requests.ts";
import { CONNECTION_OPTIONS, type HttpEndpointOptions, httpEndpointOptionsSchema } from "./http-endpoint-options.ts";
import { GATHER_MS, RECEIVERS } from "./receivers.ts";

/**
 * Amazon Data Firehose's HTTP endpoint delivery, protocol 1.0, from the side of Firehose (reference 2.6).
 *
 *     POST URL
 *     X-Amz-Firehose-Protocol-Version: 1.0
 *     X-Amz-Firehose-Request-Id: the same in all attempts
 *     X-Amz-Firehose-Source-Arn: the stream
 *     X-Amz-Firehose-Access-Key: the key, where there is one
 *     X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"name":"value"}}, where there are any
 *     Content-Type: application/json
 *     Content-Encoding: gzip | absent
 *     body   => see `delivery-requests.ts`
 *     answer => see `delivery-answer.ts`
 *
 * At least once: a receiver that did its work and whose answer was lost gets the same request again, and knows it by its
 * request id, which stays the same over restarts too.
 *
 * A parcel is several requests where it is larger than the protocol allows. One that the receiver refuses does not keep
 * the others from being sent; where nothing can be sent at all, none is tried.
 *
 * 413 will never become better: its records go to the error output at once. AWS says that it drops them.
 */
export const httpEndpointDestinationType = {
  type: "http-endpoint",
  summary: "HTTP endpoints, by the protocol in which Amazon Data Firehose delivers to them; at least once.",
  optionsSchema: httpEndpointOptionsSchema,
  takes: "records",
  errorType: "http-endpoint-failed",
  connectionOptions: CONNECTION_OPTIONS,
  guarantee: "at-least-once",
  gathers: (options: JsonObject) => {
    const { receiver } = httpEndpointOptionsSchema.parse(options);
    return receiver && { bytes: RECEIVERS[receiver].gatherMiB * 1024 * 1024, ageMs: GATHER_MS };
  },
  create: (options: JsonObject, dependencies: DestinationDependencies) =>
    new HttpEndpointDestination(httpEndpointOptionsSchema.parse(options), dependencies),
} as const satisfies DestinationType;

const LOG_CODES = {
  "connect-failed": "HttpEndpoint.ConnectionFailed",
  "tls-untrusted": "HttpEndpoint.SSLHandshakeFailure",
  "tls-failed": "HttpEndpoint.SSLHandshakeFailure",
  "timed-out": "HttpEndpoint.RequestTimeout",
  "connection-lost": "HttpEndpoint.ConnectionReset",
  "answer-broken": "HttpEndpoint.InvalidResponseFromDestination",
  "answer-too-large": "HttpEndpoint.ResponseTooLarge",
} as const;

const REFUSED = "HttpEndpoint.DestinationException";

/** Largest answer of the protocol. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** Waits between attempts of the protocol: doubled from the first to the longest, then spread by chance. */
const BACKOFF = { firstMs: 1000, maxMs: 120_000, spread: 0.15 } as const;

/** Failures under which no other request fares better. */
const NOTHING_SENT: ReadonlySet<string> = new Set([
  "connect-failed",
  "tls-untrusted",
  "tls-failed",
  "request-invalid",
  "secret-missing",
  "secret-malformed",
]);

class HttpEndpointDestination implements Destination {
  readonly #options: HttpEndpointOptions;
  readonly #dependencies: DestinationDependencies;
  readonly #client: HttpClient;
  readonly #attributes: string | undefined;

  constructor(options: HttpEndpointOptions, dependencies: DestinationDependencies) {
    const { secretOf, clock } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#client = new HttpClient({ reach: options, secretOf, clock, logCodes: LOG_CODES });
    this.#attributes = attributesHeader(options.commonAttributes ?? {});
  }

  backoffMs(number: number): number {
    const fullMs = Math.min(BACKOFF.maxMs, BACKOFF.firstMs * 2 ** Math.min(number - 1, 30));
    return fullMs * (1 + BACKOFF.spread * (2 * this.#dependencies.random.fraction() - 1));
  }

  /** Receivers cannot be asked what they have. */
  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { progress, number } = attempt;
    let failure: DestinationError | undefined;
    const refuseLarge = ({ index, bytes }: IdentifiedRecord) => {
      const message = `The protocol and the option requestBytes have no room for a record of ${bytes.length} bytes`;
      progress.refused(index, { code: REFUSED, message, attempts: number });
    };
    for await (const request of deliveryRequests(parcel, this.#options, refuseLarge)) {
      if (request.records.every(({ index }) => progress.isSettled(index))) continue;
      try {
        await this.#send(request, attempt);
      } catch (error) {
        if (!(error instanceof DestinationError)) throw error;
        progress.isDoubtful ||= error.isDoubtful;
        failure = error;
        if (NOTHING_SENT.has(error.code)) break;
      }
    }
    if (failure !== undefined) throw failure;
    return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
  }

  async abandonUploads(): Promise<void> {
    // Records are never sent in parts.
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #send(request: DeliveryRequest, { progress, number, signal }: Attempt): Promise<void> {
    const { contentEncoding, delimiter, attemptMs } = this.#options;
    const { clock, owner, telemetry } = this.#dependencies;
    const url = this.#dependencies.endpointOf(this.#options.url) ?? this.#options.url;
    const headers = this.#headers(request);
    const plain = requestBody(request, clock.now(), delimiter);
    const body = contentEncoding === "gzip" ? await packed(plain) : plain;
    const { records } = request;
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
    const { name: stream } = owner.stream;
    telemetry.emit("delivery.requestSent", { stream, delivery: owner.delivery, records: records.length, bytes });
    const wanted = {
      url,
      method: "POST",
      headers,
      body,
      timeoutMs: attemptMs,
      answerBytesMax: ANSWER_BYTES_MAX,
    } as const;
    const answer = await this.#client.request({ ...wanted, signal });
    const failure = this.#judge(answer, request, placeOf(url));
    if (failure === undefined) {
      for (const { index } of records) progress.delivered(index);
      return;
    }
    if (failure.retriable) throw failure;
    const { logCode: code, message } = failure;
    for (const { index } of records) progress.refused(index, { code, message, attempts: number });
  }

  #headers({ requestId }: DeliveryRequest): Readonly<Record<string, string>> {
    const { contentEncoding, accessKey, accessKeyMember } = this.#options;
    const { secretOf, owner } = this.#dependencies;
    const secret = accessKey === undefined ? undefined : destinationSecret(accessKey, secretOf);
    const key = secret === undefined || accessKeyMember === undefined ? secret : secretMember(secret, accessKeyMember);
    return {
      "X-Amz-Firehose-Protocol-Version": "1.0",
      "X-Amz-Firehose-Request-Id": requestId,
      "X-Amz-Firehose-Source-Arn": owner.stream.arn,
      "Content-Type": "application/json",
      "User-Agent": "lakehose",
      ...(key === undefined ? {} : { "X-Amz-Firehose-Access-Key": key }),
      ...(this.#attributes === undefined ? {} : { "X-Amz-Firehose-Common-Attributes": this.#attributes }),
      ...(contentEncoding === "gzip" ? { "Content-Encoding": "gzip" } : {}),
    };
  }

  #judge(answer: HttpAnswer, { requestId }: DeliveryRequest, place: string): DestinationError | undefined {
    const { status } = answer;
    if (this.#options.success === "status" && status >= 200 && status <= 299) return undefined;
    if (status !== 200) {
      const message = `${place} answered ${status}: ${excerpt(answer.body.toString("utf8"))}`;
      const isDoubtful = GATEWAY_GAVE_UP.has(status);
      return new DestinationError("refused", message, { retriable: status !== 413, logCode: REFUSED, isDoubtful });
    }
    const problem = answerProblem(answer, requestId);
    if (problem === undefined) return undefined;
    const logCode = "HttpEndpoint.InvalidResponseFromDestination";
    const message = `${place} answered 200, and not as the protocol asks: ${problem}`;
    return new DestinationError("answer-invalid", message, { retriable: true, logCode, isDoubtful: true });
  }
}

/** What stands before the receiver lost sight of it. */
const GATEWAY_GAVE_UP: ReadonlySet<number> = new Set([502, 504]);

/** ASCII alone: servers disagree on what other bytes of a header mean. */
function attributesHeader(commonAttributes: Readonly<Record<string, string>>): string | undefined {
  if (Object.keys(commonAttributes).length === 0) return undefined;
  return JSON.stringify({ commonAttributes }).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
