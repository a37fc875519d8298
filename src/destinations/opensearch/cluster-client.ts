import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import { type HttpAnswer, HttpClient } from "../http-client/http-client.ts";
import type { HttpFailureCode } from "../http-client/http-failure.ts";
import { destinationSecret } from "../http-client/http-reach.ts";
import { type Authorize, authorization } from "./authorization.ts";
import type { ClusterOptions } from "./cluster-options.ts";

/**
 * Sends bulk requests. An answer other than 200 is about the whole request: it throws what the engine has to know of it,
 * whether time may cure it, how long the cluster asks to wait, whether the request may have taken effect. Redirects are
 * not followed: a cluster has none, and a login page must not get the data.
 */
const PATH = "_bulk";

/** What of an answer is read; the rest of it may be as long as the request. */
const FILTER = "errors,items.*.status,items.*.error";

/** Fast, and JSON still shrinks to a fifth. */
const GZIP_LEVEL = 1;

/** An answer names each document that failed, ten thousand of them in some thousand bytes each. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** A cluster that asks for a longer wait is asked earlier. */
const RETRY_AFTER_SECONDS_MAX = 300;

/** How much of what a cluster says is passed on. */
const SHOWN_CHARACTERS = 1_000;

/** Clusters have codes for what they say themselves; AWS has none for when they say nothing. */
const NO_ANSWER = "ConnectionFailed";
const LOG_CODES: Readonly<Record<HttpFailureCode, string>> = {
  "connect-failed": NO_ANSWER,
  "tls-untrusted": NO_ANSWER,
  "tls-failed": NO_ANSWER,
  "request-invalid": NO_ANSWER,
  "timed-out": NO_ANSWER,
  "connection-lost": NO_ANSWER,
  "answer-broken": NO_ANSWER,
  "answer-too-large": NO_ANSWER,
};

export type ClusterClientDependencies = Pick<DestinationDependencies, "clock" | "secretOf" | "endpointOf">;

export class ClusterClient {
  readonly #options: ClusterOptions;
  readonly #dependencies: ClusterClientDependencies;
  readonly #authorize: Authorize;
  readonly #http: HttpClient;
  #endpoint = 0;

  constructor(options: ClusterOptions, dependencies: ClusterClientDependencies) {
    const { secretOf, clock } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#http = new HttpClient({ reach: options, secretOf, clock, logCodes: LOG_CODES });
    const readSecret = (secret: Parameters<typeof destinationSecret>[0]) => destinationSecret(secret, secretOf);
    this.#authorize = authorization(options.auth, readSecret, () => clock.now());
  }

  /** The text of the answer to a request that the cluster read. Throws a `DestinationError`, or the signal's reason. */
  async bulk(body: Buffer, signal: AbortSignal): Promise<string> {
    const { status, headers, body: answer } = await this.#post(body, signal);
    const text = answer.toString("utf8");
    if (status === 200) return text;
    throw refusal(status, text, this.#retryAfterMs(headers["retry-after"]));
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #post(body: Buffer, signal: AbortSignal): Promise<HttpAnswer> {
    const { gzip: packs, requestTimeoutSeconds } = this.#options;
    try {
      const url = this.#url();
      const packed = packs ? await compress(body, { level: GZIP_LEVEL }) : body;
      const headers = await this.#headers(url, packed);
      const limits = { timeoutMs: requestTimeoutSeconds * 1000, answerBytesMax: ANSWER_BYTES_MAX };
      return await this.#http.request({ url: url.href, method: "POST", headers, body: packed, ...limits, signal });
    } catch (error) {
      // The next attempt asks the next node.
      this.#endpoint++;
      throw error;
    }
  }

  #url(): URL {
    const addresses = [this.#options.endpoint].flat();
    const address = addresses[this.#endpoint % addresses.length] ?? "";
    return bulkUrl(address, this.#dependencies.endpointOf(address));
  }

  async #headers(url: URL, body: Buffer): Promise<Readonly<Record<string, string>>> {
    const encoding = this.#options.gzip ? { "content-encoding": "gzip" } : {};
    const headers = { "content-type": "application/x-ndjson", accept: "application/json", ...encoding };
    try {
      return await this.#authorize({ url, headers, body });
    } catch (error) {
      if (error instanceof LakehoseError) throw error;
      throw unsent("denied", `The request to ${url.host} cannot be signed: ${reasonOf(error)}`, error);
    }
  }

  /** Seconds, or a date. */
  #retryAfterMs(header: string | string[] | undefined): number | undefined {
    if (typeof header !== "string") return undefined;
    const seconds = /^\d+$/.test(header)
      ? Number(header)
      : (Date.parse(header) - this.#dependencies.clock.now()) / 1000;
    return seconds > 0 ? Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000 : undefined;
  }
}

const compress = promisify(gzip);

/** Code of the error for a request that is larger than the cluster takes: it may be sent in parts. */
export const TOO_LARGE = "too-large";

function refusal(status: number, text: string, retryAfterMs: number | undefined): DestinationError {
  const said = text.slice(0, SHOWN_CHARACTERS) || "nothing";
  const message = `expected the cluster to take a bulk request; it answered ${status}: ${said}`;
  const options = {
    logCode: String(status),
    // A gateway gives up on requests that go on behind it.
    isDoubtful: status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (status === 413) return new DestinationError(TOO_LARGE, message, { ...options, retriable: false });
  if (status === 400) return new DestinationError("malformed", message, { ...options, retriable: false });
  const code = status === 401 || status === 403 ? "denied" : "refused";
  return new DestinationError(code, message, { ...options, retriable: true });
}

function bulkUrl(address: string, mapped: string | undefined): URL {
  const place = mapped ?? address;
  if (place.startsWith("arn:")) {
    const message = `expected an entry of endpoints in the configuration for "${address}"; no name matches. Add one`;
    throw unsent("address-missing", message);
  }
  const url = new URL(PATH, place.endsWith("/") ? place : `${place}/`);
  url.searchParams.set("filter_path", FILTER);
  return url;
}

function unsent(code: string, message: string, cause?: unknown): DestinationError {
  return new DestinationError(code, message, { retriable: true, logCode: NO_ANSWER, cause });
}
