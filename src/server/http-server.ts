import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { SecureContextOptions } from "node:tls";
import { answerMemory } from "../api/protocol/answer-memory.ts";
import {
  type BodyOptions,
  type HttpAnswer,
  type HttpRequest,
  type Refusal,
  RefusedError,
  type Route,
} from "../api/protocol/http.ts";
import { invariant } from "../std/assert.ts";
import { BufferPool } from "../std/buffer-pool.ts";
import type { Clock } from "../std/clock.ts";
import { http, https } from "../std/node-http.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { BodyBudget } from "./http/body-budget.ts";
import { connectionsWithin, openFilesMax } from "./http/connection-limit.ts";
import { IdleConnections } from "./http/idle-connections.ts";
import { isLoopbackHost, refuseForeignPages } from "./http/loopback-guard.ts";
import { readBody } from "./http/read-body.ts";
import { StreamedBodies } from "./http/streamed-bodies.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Tried in order; the first that matches handles the request. */
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** No keys are configured: bind to loopback only, and keep web pages away. */
  readonly open: boolean;
  /** Largest body, packed and unpacked. */
  readonly requestBytesMax: number;
  /** Memory for all bodies under way. Default 32 MiB (measured), and always one body of the largest size. */
  readonly bodyBytesMax?: number;
  /** How long a body may wait for that memory. Default 5 s. */
  readonly bodyWaitMsMax?: number;
  /** How long a client may take for its TLS handshake, and to send its headers. Default 10 s each. */
  readonly headersMsMax?: number;
  /** How long a client may take to send a whole request. Default 60 s. */
  readonly requestMsMax?: number;
  /** How long a connection may stay without a request. Default 75 s. */
  readonly idleMsMax?: number;
  /** How often slow clients are looked for. Default 2 s. */
  readonly slowCheckMs?: number;
  /** Most connections at a time, idle ones included. Default 12,288, less where fewer files may be open. */
  readonly connectionsMax?: number;
  readonly tls?: SecureContextOptions;
}

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const BODY_WAIT_MS_MAX = 5_000;
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 60_000;
const SLOW_CHECK_MS = 2_000;

/** Longer than the idle time of AWS SDKs and of common proxies (60 s), so that they close first. */
const IDLE_MS_MAX = 75_000;

/** Request line and headers together; S3 clients send up to 8 KB of them. */
const HEADER_BYTES_MAX = 16 * 1024;

/**
 * The one port: reads requests within limits and hands them to the first route that matches. What a route does not answer
 * (too large, too slow, overloaded, a failure nobody foresaw) is answered here in the route's own form.
 */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #bodies: BufferPool;
  readonly #server: Server | TlsServer;
  readonly #budget: BodyBudget;
  readonly #idle: IdleConnections;
  readonly #streamed: StreamedBodies;
  #closing = false;

  constructor(options: HttpServerOptions) {
    if (options.open && !isLoopbackHost(options.host)) {
      throw new Error(
        `Without access keys only loopback may be listened on, got host ${options.host}: configure access keys, or use 127.0.0.1`,
      );
    }
    this.#options = options;
    const { clock, requestBytesMax, bodyBytesMax = BODY_BYTES_MAX, bodyWaitMsMax = BODY_WAIT_MS_MAX } = options;
    const bytesMax = Math.max(bodyBytesMax, requestBytesMax);
    this.#bodies = new BufferPool(options.bodyBytesMax ?? BODY_BYTES_MAX);
    this.#budget = new BodyBudget({ clock, bytesMax, waitMsMax: bodyWaitMsMax });
    this.#idle = new IdleConnections(clock, options.idleMsMax ?? IDLE_MS_MAX);
    this.#streamed = new StreamedBodies({
      clock,
      budget: this.#budget,
      silentMsMax: options.requestMsMax ?? REQUEST_MS_MAX,
    });
    const limits = {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: options.headersMsMax ?? HEADERS_MS_MAX,
      requestTimeout: options.requestMsMax ?? REQUEST_MS_MAX,
      keepAliveTimeout: 0,
      connectionsCheckingInterval: options.slowCheckMs ?? SLOW_CHECK_MS,
      noDelay: true,
    };
    const secure = { ...limits, ...options.tls, handshakeTimeout: limits.headersTimeout };
    this.#server = options.tls === undefined ? http.createServer(limits) : https().createServer(secure);
    this.#server.maxConnections = options.connectionsMax ?? connectionsWithin(openFilesMax());
    this.#server.on(options.tls === undefined ? "connection" : "secureConnection", (socket) =>
      this.#idle.opened(socket),
    );
    // Who holds a connection without using it makes room for those who would.
    this.#server.on("drop", () => this.#server.closeIdleConnections());
    this.#server.on("request", (message, response) => void this.#serve(message, response));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
      // Bodies that stream may take longer than a request may: they end when nothing comes any more.
      const streams = error.code === "ERR_HTTP_REQUEST_TIMEOUT" && this.#streamed.has(socket);
      if (!streams) answerClientError(error, socket);
    });
  }

  /** Resolves to the port once it takes requests. */
  async listen(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** New connections get the new certificate, open ones keep theirs. */
  replaceCertificate(tls: SecureContextOptions): void {
    invariant("setSecureContext" in this.#server, "only a TLS listener has a certificate");
    this.#server.setSecureContext(tls);
  }

  /** Bytes of bodies under way, for metrics. */
  get bodyBytesUnderWay(): number {
    return this.#budget.bytesUnderWay;
  }

  /** Takes no new connections, answers what is under way for at most `graceMs`, then cuts the rest off. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const ended = new AbortController();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const grace = this.#options.clock.sleep(graceMs, ended.signal).then(
      () => this.#server.closeAllConnections(),
      () => undefined,
    );
    await closed;
    this.#idle.close();
    ended.abort();
    await grace;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#idle.busy(message.socket);
    const held = { bytes: 0 };
    const bodies: Buffer[] = [];
    const readWhole = async (options?: BodyOptions) => {
      const { body, heldBytes } = await readBody(
        message,
        this.#budget,
        this.#options.requestBytesMax,
        options,
        this.#bodies,
      );
      bodies.push(body);
      held.bytes += heldBytes;
      return body;
    };
    const request = new ServedRequest(message, response, readWhole, () => this.#streamed.read(message));
    try {
      await this.#send(message, response, await this.#answer(request));
    } catch (error) {
      this.#report("send", error);
      response.destroy();
    } finally {
      // The handler is done: what it put into a log is on disk, and answers are never views of a request.
      for (const body of bodies) this.#bodies.giveBack(body);
      if (response.destroyed || response.writableFinished) this.#sent(message, held.bytes);
      else response.once("close", () => this.#sent(message, held.bytes));
    }
  }

  /** An answer that nobody reads takes memory as well, so who does not read it holds on to the share of the body. */
  #sent(message: IncomingMessage, heldBytes: number): void {
    this.#budget.release(heldBytes);
    this.#idle.idle(message.socket);
  }

  async #answer(request: ServedRequest): Promise<HttpAnswer> {
    const route = this.#options.routes.find((one) => one.matches(request));
    try {
      if (this.#options.open) refuseForeignPages(request, this.#options.tls !== undefined);
      return route === undefined ? notFound(request) : await route.handle(request);
    } catch (error) {
      if (!(error instanceof RefusedError)) this.#report(route?.name ?? "none", error);
      const refusal =
        error instanceof RefusedError
          ? error
          : ({
              reason: "internal",
              message: "The request failed for a reason inside; the server's log has it",
            } as const);
      return route === undefined ? plainRefusal(refusal) : route.refuse(refusal, request.id);
    }
  }

  async #send(message: IncomingMessage, response: ServerResponse, answer: HttpAnswer): Promise<void> {
    if (response.destroyed) return;
    const closing = this.#closing || leavesTooMuch(message) ? { connection: "close" } : {};
    const { body, headers, status } = answer;
    if (typeof body === "string" || Buffer.isBuffer(body)) {
      response.writeHead(status, { ...headers, ...closing, "content-length": Buffer.byteLength(body) });
      if (message.method === "HEAD") response.end();
      // As one-byte text a small body leaves in one write with the headers; as a buffer it takes a write of its own.
      else if (typeof body !== "string" && body.length <= JOINED_BODY_BYTES_MAX)
        response.end(body.toString("latin1"), "latin1");
      else response.end(body, () => typeof body === "string" || answerMemory.giveBack(body));
      return;
    }
    response.writeHead(status, { ...headers, ...closing });
    await pipeline(body, response);
  }

  #report(operation: string, error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.telemetry.emit("api.requestFailed", { protocol: "http", operation, code: "internal", reason });
  }
}

/**
 * The rest of a refused body is read and thrown away (by Node), because closing on a client that is still sending takes
 * the answer away from it as well. Beyond this size, or when no size was declared, the connection is closed all the same.
 */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;

function leavesTooMuch(message: IncomingMessage): boolean {
  if (message.complete) return false;
  const length = message.headers["content-length"];
  return length === undefined || Number(length) > DISCARDED_BYTES_MAX;
}

/** Beyond this, copying the body into the text costs more than the second write. */
const JOINED_BODY_BYTES_MAX = 4 * 1024;

class ServedRequest implements HttpRequest {
  readonly id = randomUUID();
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: HttpRequest["body"];
  readonly stream: HttpRequest["stream"];
  readonly #socket: Socket;
  readonly #response: ServerResponse;
  #gone: AbortController | undefined;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    body: HttpRequest["body"],
    stream: HttpRequest["stream"],
  ) {
    const url = message.url ?? "/";
    const mark = url.indexOf("?");
    this.method = message.method ?? "GET";
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? "" : url.slice(mark + 1);
    this.headers = message.headers;
    this.body = body;
    this.stream = stream;
    this.#socket = message.socket;
    this.#response = response;
  }

  get address(): string {
    return this.#socket.remoteAddress ?? "";
  }

  /** Made on demand: few requests look at it. */
  get signal(): AbortSignal {
    if (this.#gone !== undefined) return this.#gone.signal;
    const gone = new AbortController();
    this.#gone = gone;
    const response = this.#response;
    if (response.destroyed) gone.abort();
    else response.once("close", () => !response.writableFinished && gone.abort());
    return gone.signal;
  }
}

function notFound(request: ServedRequest): HttpAnswer {
  const message = `There is nothing at ${request.method} ${request.path.slice(0, 256)}`;
  return plainAnswer(404, "not-found", message);
}

const REFUSAL_STATUS: Readonly<Record<Refusal["reason"], number>> = {
  "body-too-large": 413,
  "body-broken": 400,
  "encoding-unsupported": 415,
  overloaded: 503,
  "timed-out": 408,
  "forbidden-host": 403,
  "forbidden-origin": 403,
  internal: 500,
};

function plainRefusal({ reason, message }: Refusal): HttpAnswer {
  return plainAnswer(REFUSAL_STATUS[reason], reason, message);
}

function plainAnswer(status: number, code: string, message: string): HttpAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ code, message }) };
}

/** Bytes that are no request (or too slow, or too many headers) have no route: a bare status line answers them. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Without a finished handshake an answer would wait in the socket for ever.
  const deaf = error.code === "ECONNRESET" || error.code === "ERR_TLS_HANDSHAKE_TIMEOUT";
  if (!socket.writable || deaf) return void socket.destroy();
  const line = CLIENT_ERRORS[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};
