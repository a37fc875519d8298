import type { IncomingHttpHeaders } from "node:http";

/**
 * HTTP as the rooms behind the door see it. `server/http-server.ts` makes requests and sends answers; everything between
 * is a list of routes, tried in order, so that a protocol or page is added by one line where the server is composed.
 */
export interface Route {
  /** For telemetry: `aws`, `ingest`, `metrics`. */
  readonly name: string;
  matches(head: RequestHead): boolean;
  /** Failures that are not answered here become an internal failure in the words of this route. */
  handle(request: HttpRequest): Promise<HttpAnswer>;
  /** Answers that the listener itself has to give (too large, too slow, overloaded) in the route's own form. */
  refuse(refusal: Refusal, requestId: string): HttpAnswer;
}

export interface RequestHead {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpRequest extends RequestHead {
  readonly id: string;
  /** Address of the other end of the connection. No header is believed: whoever sends it could write anything there. */
  readonly address: string;
  /**
   * The whole body. Waits for its share of the memory for bodies; the share is given back once the answer is sent.
   * Rejects with a `RefusedError` when the body is larger than allowed, too slow, broken, or no memory comes free.
   */
  body(options?: BodyOptions): Promise<Buffer>;
  /**
   * The body as it comes, for what goes to disk rather than into memory: of any size, at the pace of whoever reads it, for
   * as long as bytes keep coming. Once, and instead of `body`. Rejects with a `RefusedError` as `body` does.
   */
  stream(): AsyncIterable<Buffer>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface BodyOptions {
  /** Unpack `Content-Encoding: gzip` or `zstd`. Default false: AWS protocols sign and send bodies as they are. */
  readonly decode?: boolean;
  /** Most bytes, after unpacking. Default: what the listener allows to all; a protocol with larger bodies says so here. */
  readonly bytesMax?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | AsyncIterable<Uint8Array>;
}

export type RefusalReason =
  | "body-too-large"
  | "body-broken"
  | "encoding-unsupported"
  | "overloaded"
  | "timed-out"
  | "forbidden-host"
  | "forbidden-origin"
  | "internal";

export interface Refusal {
  readonly reason: RefusalReason;
  /** For the client: what was expected, what came, what to do. */
  readonly message: string;
}

/** The listener's refusal on its way through a route's handler. */
export class RefusedError extends Error implements Refusal {
  override readonly name = "RefusedError";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
