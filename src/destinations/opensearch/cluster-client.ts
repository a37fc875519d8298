import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { readNamedSecret } from "../../model/secret.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import { type Authorize, authorization, type ReadSecret } from "./authorization.ts";
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

const CONNECT_TIMEOUT_MS = 10_000;

/** More than the engine sends to one destination at a time. */
const CONNECTIONS_MAX = 64;

/** An answer names each document that failed; beyond this it is not one to our request. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/** A cluster that asks for a longer wait is asked earlier. */
const RETRY_AFTER_SECONDS_MAX = 300;

/** How much of what a cluster says is passed on. */
const SHOWN_CHARACTERS = 1_000;

export type ClusterClientDependencies = Pick<DestinationDependencies, "clock" | "secretOf" | "endpointOf">;

export class ClusterClient {
  readonly #options: ClusterOptions;
  readonly #dependencies: ClusterClientDependencies;
  readonly #readSecret: ReadSecret;
  readonly #authorize: Authorize;
  #endpoint = 0;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(options: ClusterOptions, dependencies: ClusterClientDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#readSecret = (secret) => readNamedSecret(secret, dependencies.secretOf);
    this.#authorize = authorization(options.auth, this.#readSecret, () => dependencies.clock.now());
  }

  /** The text of the answer to a request that the cluster read. Throws a `DestinationError`. */
  async bulk(body: Buffer, signal: AbortSignal): Promise<string> {
    const { status, headers, text } = await this.#post(body, signal);
    if (status === 200) return text;
    throw refusal(status, text, this.#retryAfterMs(headers["retry-after"]));
  }

  async close(): Promise<void> {
    await (await this.#dispatcher)?.destroy();
  }

  async #post(body: Buffer, signal: AbortSignal) {
    const { gzip: packs } = this.#options;
    const address = this.#address();
    try {
      const url = bulkUrl(address, this.#dependencies.endpointOf(address));
      const packed = packs ? await compress(body, { level: GZIP_LEVEL }) : body;
      const headers = await this.#authorize({ url, headers: this.#headers(), body: packed });
      const { request } = await import("undici");
      const answer = await request(url, {
        method: "POST",
        headers,
        body: packed,
        signal,
        dispatcher: await this.#connections(),
      });
      return { status: answer.statusCode, headers: answer.headers, text: await readText(answer.body) };
    } catch (error) {
      // The next attempt asks the next node.
      this.#endpoint++;
      throw unreachable(address, error);
    }
  }

  #address(): string {
    const addresses = [this.#options.endpoint].flat();
    return addresses[this.#endpoint % addresses.length] ?? "";
  }

  #headers(): Record<string, string> {
    const encoding = this.#options.gzip ? { "content-encoding": "gzip" } : {};
    return { "content-type": "application/x-ndjson", accept: "application/json", ...encoding };
  }

  /** Made for the first request: a server that delivers elsewhere does without the HTTP client. */
  #connections(): Promise<Dispatcher> {
    this.#dispatcher ??= this.#connect().catch((error: unknown) => {
      this.#dispatcher = undefined;
      throw error;
    });
    return this.#dispatcher;
  }

  async #connect(): Promise<Dispatcher> {
    const { ca, proxy, requestTimeoutSeconds } = this.#options;
    const { Agent, ProxyAgent } = await import("undici");
    const tls = ca === undefined ? {} : { ca: await authorities(this.#readSecret(ca)) };
    const timeoutMs = requestTimeoutSeconds * 1000;
    const common = { connections: CONNECTIONS_MAX, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    if (proxy !== undefined) return new ProxyAgent({ ...common, uri: proxy, requestTls: tls });
    return new Agent({ ...common, connect: { ...tls, timeout: CONNECT_TIMEOUT_MS } });
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

/** Those that Node.js knows, loaded when somebody asks, and one more. */
async function authorities(own: string): Promise<string[]> {
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, own];
}

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
    throw new Error(`expected an entry of endpoints in the configuration for "${address}"; no name matches. Add one`);
  }
  const url = new URL(PATH, place.endsWith("/") ? place : `${place}/`);
  url.searchParams.set("filter_path", FILTER);
  return url;
}

function unreachable(address: string, error: unknown): DestinationError {
  const reason = error instanceof Error ? reasonWithCause(error) : String(error);
  const message = `expected an answer from ${address}, got none: ${reason}`;
  return new DestinationError("unreachable", message, {
    retriable: true,
    isDoubtful: true,
    logCode: "ConnectionFailed",
    cause: error,
  });
}

function reasonWithCause({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== message ? `${message} (${cause.message})` : message;
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
