import type { Dispatcher } from "undici";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import { failureCodeOf, type HttpFailureCode, httpFailure } from "./http-failure.ts";
import { type HttpReach, type HttpWay, readWay } from "./http-reach.ts";

/**
 * HTTP/1.1 to servers that somebody else runs: own authorities, client certificates, a proxy, one time-out over the whole
 * exchange, bounded answers. Every answer is given to the caller, whatever its status, and none is followed elsewhere.
 *
 * A request without a readable answer throws a retriable `DestinationError` that says whether the server may have done
 * what it was asked (`isDoubtful`). Nothing is repeated here: who may repeat a request is the caller's knowledge.
 *
 * undici is loaded with the first request: a server whose streams end in buckets never pays for it.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #way = "";
  #dispatcher: Dispatcher | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    signal.throwIfAborted();
    const late = new AbortController();
    const ended = new AbortController();
    const timer = this.#options.clock.sleep(request.timeoutMs, ended.signal);
    timer.then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const dispatcher = await this.#openDispatcher();
      return await exchange(dispatcher, request, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal.throwIfAborted();
      throw this.#failure(error, request, late.signal.aborted);
    } finally {
      ended.abort();
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
    this.#dispatcher = undefined;
    this.#way = "";
  }

  /** Requests that are under way keep the connections that they have. */
  async #openDispatcher(): Promise<Dispatcher> {
    const way = readWay(this.#options.reach, this.#options.secretOf);
    const { Agent, ProxyAgent } = await import("undici");
    const identity = JSON.stringify(way);
    if (this.#dispatcher !== undefined && this.#way === identity) return this.#dispatcher;
    this.#dispatcher?.close().catch(() => undefined);
    const { proxy, tls } = way;
    this.#dispatcher =
      proxy === undefined
        ? new Agent(connectionsBy(way))
        : new ProxyAgent({ ...connectionsBy(way), ...proxy, requestTls: { ...tls, timeout: CONNECT_MS_MAX } });
    this.#way = identity;
    return this.#dispatcher;
  }

  #failure(error: unknown, { url, timeoutMs }: HttpRequest, isLate: boolean): Error {
    if (error instanceof LakehoseError) return error;
    const tooLarge = error instanceof AnswerTooLarge ? ("answer-too-large" as const) : undefined;
    const code = isLate ? "timed-out" : (tooLarge ?? failureCodeOf(error));
    const reason = isLate ? `no whole answer within ${timeoutMs} ms` : reasonOf(error);
    const { message, isDoubtful } = httpFailure(code, placeOf(url), reason);
    const logCode = this.#options.logCodes?.[code];
    const shown = logCode === undefined ? {} : { logCode };
    return new DestinationError(code, message, { retriable: true, isDoubtful, cause: error, ...shown });
  }
}

export interface HttpClientOptions {
  readonly reach: HttpReach;
  readonly secretOf: DestinationDependencies["secretOf"];
  readonly clock: Clock;
  /** Codes of AWS's delivery logs (reference 8.3) for failures of the destination's kind. Default: `InternalError`. */
  readonly logCodes?: Readonly<Partial<Record<HttpFailureCode, string>>>;
}

export interface HttpRequest {
  /** http or https. Sent as it is written, without fragment. */
  readonly url: string;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** From the first step to the last byte of the answer, milliseconds. */
  readonly timeoutMs: number;
  /** Larger answers fail. Default 1 MiB. */
  readonly answerBytesMax?: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came: an encoding is the caller's business. */
  readonly body: Buffer;
}

/** Host and port of an address, for messages: paths and queries may hold secrets. */
export function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is none";
}

const ANSWER_BYTES_MAX = 1024 * 1024;

/** Connections that a server has not taken in this time will not be taken. */
const CONNECT_MS_MAX = 10_000;

/** The exchange as a whole has a time-out, so its parts need none. */
function connectionsBy({ tls }: HttpWay) {
  return { allowH2: false, headersTimeout: 0, bodyTimeout: 0, connect: { ...tls, timeout: CONNECT_MS_MAX } };
}

async function exchange(dispatcher: Dispatcher, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, method, headers = {}, body, answerBytesMax = ANSWER_BYTES_MAX } = request;
  const answer = await dispatcher.request({ ...targetOf(url), method, headers, body: body ?? null, signal });
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early closes the connection.
  for await (const piece of answer.body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > answerBytesMax) throw new AnswerTooLarge(`the answer has more than ${answerBytesMax} bytes`);
    pieces.push(piece);
  }
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) };
}

/** Whoever parses an address and writes it again changes it: dots, percent signs, empty parts. */
function targetOf(url: string): { origin: string; path: string } {
  const [, rest = ""] = /^https?:\/\/[^/?#]*([^#]*)/i.exec(url) ?? [];
  if (!URL.canParse(url)) {
    throw new DestinationError("request-invalid", "Expected an address with http or https, got something else", {
      retriable: true,
    });
  }
  return { origin: new URL(url).origin, path: rest.startsWith("/") ? rest : `/${rest}` };
}

class AnswerTooLarge extends Error {}
