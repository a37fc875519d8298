import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { http } from "../../std/node-http.ts";
import type { FunctionErrorCode } from "../function-invoker.ts";
import { replyMemory } from "../reply-memory.ts";

/**
 * The Runtime API of AWS Lambda (version 2018-06-01) for one process of a function, so that the runtime client of any
 * language can be that process.
 *
 * Layout: a listener on loopback for each process, because runtime clients take a host and a port and nothing else. What
 * the process may do is little: take the one event that was given to it, and answer it once.
 *
 * Strangers: other programs of this machine can reach the port. Our own bootstraps prove themselves with a token;
 * other clients cannot, so for those the port number is all there is. Requests that come from a web page are refused.
 *
 * The payload passes through as bytes: nothing is parsed here, in either direction, except the report of an error.
 */
export class RuntimeApi {
  readonly #server: Server;
  #process: RuntimeProcess | undefined;
  #token: string | undefined;
  #address = "";
  /** The answer to a `next` that waits for an event. */
  #parked: ServerResponse | undefined;
  #event: RuntimeEvent | undefined;
  /** The answer that is being read, and whoever asks for the next event behind it. */
  #answering: { next: ServerResponse | undefined } | undefined;

  /** Resolves once it listens. Requests have to carry the token. */
  static async open(token: string): Promise<RuntimeApi> {
    const api = new RuntimeApi(token);
    await new Promise<void>((resolve, reject) => {
      api.#server.once("error", reject);
      api.#server.listen(0, "127.0.0.1", resolve);
    });
    api.#address = `127.0.0.1:${(api.#server.address() as AddressInfo).port}`;
    return api;
  }

  private constructor(token: string) {
    this.#token = token;
    this.#server = http.createServer((request, response) => this.#handle(request, response));
    // A client keeps its connection while the handler works, which may take as long as it may take.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  /** What `AWS_LAMBDA_RUNTIME_API` holds. */
  get address(): string {
    return this.#address;
  }

  /** Who hears of what the process does; set before it is started. */
  serve(process: RuntimeProcess): void {
    this.#process = process;
  }

  /** From now on requests need no token: the runtime client is not ours and knows of none. */
  trustAnybody(): void {
    this.#token = undefined;
  }

  /** Hands an event to the process. Only after `onNext`, once for each. */
  give(event: RuntimeEvent): void {
    const response = this.#parked;
    if (response === undefined) throw new Error("an event can only be given to a process that asked for one");
    this.#parked = undefined;
    this.#event = event;
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": event.payload.length,
      "Lambda-Runtime-Aws-Request-Id": event.id,
      "Lambda-Runtime-Deadline-Ms": Math.round(event.deadlineMs),
      "Lambda-Runtime-Invoked-Function-Arn": event.functionArn,
      "Lambda-Runtime-Trace-Id": event.traceId,
    });
    response.end(event.payload);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "" } = request;
    const [, id, action] = ANSWER.exec(url) ?? [];
    if (!this.#isOurs(request)) refuse(request, response, 403, "Forbidden", "This API serves one process");
    else if (method === "GET" && url === NEXT) this.#next(response);
    else if (method === "POST" && url === INIT_ERROR) this.#initError(request, response);
    else if (method === "POST" && id !== undefined) this.#answer(id, action === "error", request, response);
    else refuse(request, response, 404, "NotFound", `There is no ${method} ${url.slice(0, 100)}`);
  }

  #isOurs({ headers }: IncomingMessage): boolean {
    const proven = this.#token === undefined || headers[TOKEN_HEADER] === this.#token;
    return proven && headers.host === this.#address && headers.origin === undefined;
  }

  #next(response: ServerResponse): void {
    // Our own bootstraps ask for the next event in one go with their answer, which is to count first.
    if (this.#answering !== undefined) {
      this.#answering.next = response;
      return;
    }
    if (this.#event !== undefined) {
      this.#event = undefined;
      this.#fail("function-error", "Runtime.NoResponse: the process asked for its next event without an answer");
    }
    // A client that asks again has given up on its first request.
    const before = this.#parked;
    this.#parked = response;
    before?.destroy();
    response.once("close", () => {
      if (this.#parked !== response) return;
      this.#parked = undefined;
      this.#process?.onLeft();
    });
    this.#process?.onNext();
  }

  #answer(id: string, isError: boolean, request: IncomingMessage, response: ServerResponse): void {
    const event = this.#event;
    if (event?.id !== id) {
      refuse(request, response, 400, "InvalidRequestID", `No answer is awaited for ${id.slice(0, 100)}`);
      return;
    }
    // From here on a second answer to the same event is refused.
    this.#event = undefined;
    const answering: { next: ServerResponse | undefined } = { next: undefined };
    this.#answering = answering;
    const settle = () => {
      if (this.#answering !== answering) return;
      this.#answering = undefined;
      if (answering.next !== undefined) this.#next(answering.next);
    };
    if (isError) this.#error(request, response, settle);
    else this.#response(event, request, response, settle);
    request.once("close", () => {
      if (!request.complete) this.#event ??= event;
      settle();
    });
  }

  #response(event: RuntimeEvent, request: IncomingMessage, response: ServerResponse, settle: () => void): void {
    readBody(request, event.replyBytesMax, (bytes) => {
      if (bytes === undefined) {
        const message = `the reply is larger than ${event.replyBytesMax} bytes`;
        refuse(request, response, 413, "RequestEntityTooLarge", message);
        this.#fail("reply-too-large", `Function.ResponseSizeTooLarge: ${message}`);
        settle();
        return;
      }
      accept(response);
      // A streamed reply may turn out to be an error when part of it is sent; its trailer says so.
      const failure = request.trailers["lambda-runtime-function-error-type"];
      if (failure === undefined) this.#process?.onAnswer({ bytes });
      else this.#fail("function-error", String(failure));
      settle();
    });
  }

  #error(request: IncomingMessage, response: ServerResponse, settle: () => void): void {
    readBody(request, ERROR_BYTES_MAX, (bytes) => {
      accept(response);
      this.#fail("function-error", errorText(bytes, request));
      settle();
    });
  }

  #initError(request: IncomingMessage, response: ServerResponse): void {
    readBody(request, ERROR_BYTES_MAX, (bytes) => {
      accept(response);
      this.#process?.onInitError(errorText(bytes, request));
    });
  }

  #fail(code: FunctionErrorCode, message: string): void {
    this.#process?.onAnswer({ code, message });
  }
}

export interface RuntimeProcess {
  /** The process asks for an event: it has started, or has finished the last one. */
  onNext(): void;
  /** It has broken off the request that asked for an event. */
  onLeft(): void;
  /** The answer to the event that was given last. */
  onAnswer(answer: RuntimeAnswer): void;
  /** The process says why it cannot start. */
  onInitError(message: string): void;
}

export interface RuntimeEvent {
  readonly id: string;
  readonly functionArn: string;
  /** Wall clock, ms. */
  readonly deadlineMs: number;
  readonly traceId: string;
  readonly payload: Buffer;
  readonly replyBytesMax: number;
}

export type RuntimeAnswer = { readonly bytes: Buffer } | { readonly code: FunctionErrorCode; readonly message: string };

/** By which our bootstraps prove that they are the process that we started. */
const TOKEN_HEADER = "lakehose-runtime-token";

const NEXT = "/2018-06-01/runtime/invocation/next";
const INIT_ERROR = "/2018-06-01/runtime/init/error";
const ANSWER = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** A report of an error is a message and a stack; more is not read. */
const ERROR_BYTES_MAX = 256 * 1024;
/** What of it travels on, into logs and error records. */
const MESSAGE_CHARACTERS_MAX = 1000;

/**
 * Calls back once, with `undefined` when there is more than `bytesMax`; never when the connection breaks. A body that says
 * how long it is comes into reused memory.
 */
function readBody(request: IncomingMessage, bytesMax: number, done: (bytes: Buffer | undefined) => void): void {
  const declared = Number(request.headers["content-length"] ?? Number.NaN);
  const whole = declared <= bytesMax ? replyMemory.take(declared) : undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  const onData = (piece: Buffer) => {
    // Node's parser holds a client to the length that it declared, so the pieces cannot be more.
    if (whole !== undefined) piece.copy(whole, bytes);
    else pieces.push(piece);
    bytes += piece.length;
    if (bytes > bytesMax) finish(undefined);
  };
  const onEnd = () => finish(whole ?? Buffer.concat(pieces, bytes));
  const finish = (body: Buffer | undefined) => {
    request.off("data", onData);
    request.off("end", onEnd);
    done(body);
  };
  request.on("data", onData);
  request.on("end", onEnd);
  // The process is gone or broke off; its end, or the time limit, is what is reported.
  request.on("error", () => undefined);
}

function accept(response: ServerResponse): void {
  answer(response, 202, '{"status":"OK"}\n');
}

/** What of the body has not come yet is read to its end and forgotten, so that the client hears the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, type: string, message: string) {
  request.on("error", () => undefined);
  request.resume();
  answer(response, status, `${JSON.stringify({ errorType: type, errorMessage: message })}\n`);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

/** `errorType: errorMessage`, as far as the report is one. */
function errorText(bytes: Buffer | undefined, request: IncomingMessage): string {
  const header = request.headers["lambda-runtime-function-error-type"];
  const fallback = typeof header === "string" ? header : "Runtime.UnknownError";
  let report: { errorType?: unknown; errorMessage?: unknown } | null = null;
  try {
    report = JSON.parse(bytes?.toString() ?? "");
  } catch {
    // Whatever it is, it is no report; the header has to do.
  }
  const type = typeof report?.errorType === "string" && report.errorType !== "" ? report.errorType : fallback;
  const message = typeof report?.errorMessage === "string" ? report.errorMessage : "";
  return (message === "" ? type : `${type}: ${message}`).slice(0, MESSAGE_CHARACTERS_MAX);
}
