import { FunctionError, type FunctionErrorCode } from "../function-invoker.ts";
import type { FunctionRunner, Invocation } from "../function-runner.ts";
import type { UrlTarget } from "../function-target.ts";

/** A function behind an address: the event is the body of a POST, the body of a 2xx answer is the reply. */
export class HttpFunction implements FunctionRunner {
  readonly target = "url";
  readonly #target: UrlTarget;

  constructor(target: UrlTarget) {
    this.#target = target;
  }

  async invoke({ id, payload, replyBytesMax, signal }: Invocation): Promise<Buffer> {
    const { url, headers, timeoutSeconds, payloadBytesMax } = this.#target;
    if (payload.length > payloadBytesMax) {
      throw new FunctionError(
        "request-too-large",
        `Expected an event of at most ${payloadBytesMax} bytes for ${url}; got ${payload.length}`,
      );
    }
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const response = await fetch(url, {
        method: "POST",
        body: payload,
        headers: { "content-type": "application/json", "lambda-runtime-aws-request-id": id, ...headers },
        redirect: "error",
        signal: AbortSignal.any([signal, timeout]),
      });
      const reply = await readReply(response, Math.min(replyBytesMax, payloadBytesMax));
      return judged(url, response, reply);
    } catch (error) {
      if (error instanceof FunctionError) throw error;
      signal.throwIfAborted();
      if (timeout.aborted) throw new FunctionError("timeout", `${url} gave no reply within ${timeoutSeconds} s`);
      throw new FunctionError("unreachable", `${url} could not be reached: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Whoever answers there may be another tomorrow. */
  async codeDigest(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    return;
  }
}

const CODES: Readonly<Record<number, FunctionErrorCode>> = {
  401: "denied",
  403: "denied",
  404: "not-found",
  408: "timeout",
  413: "request-too-large",
  429: "throttled",
  502: "unreachable",
  503: "unreachable",
  504: "timeout",
};

/** How much of a refusal is told. */
const SHOWN_CHARACTERS = 300;

function judged(url: string, response: Response, reply: Buffer): Buffer {
  const shown = reply.toString().slice(0, SHOWN_CHARACTERS);
  if (!response.ok) {
    const code = CODES[response.status] ?? "function-error";
    throw new FunctionError(code, `Expected 2xx of ${url}; got ${response.status}: ${shown}`);
  }
  // Emulators of Lambda say so as Lambda itself does.
  if (response.headers.has("x-amz-function-error")) throw new FunctionError("function-error", shown);
  return reply;
}

async function readReply(response: Response, bytesMax: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > bytesMax) throw new FunctionError("reply-too-large", `The reply is larger than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

/** `fetch` wraps what happened into "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
