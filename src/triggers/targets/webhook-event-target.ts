import { createHmac } from "node:crypto";
import { LakehoseError } from "../../model/errors.ts";
import type { EventTarget } from "./event-target.ts";

export interface WebhookOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** Read anew for each call. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly secret?: () => string;
}

/** As much of an answer that says no as is shown to people. */
const REASON_LENGTH_MAX = 300;

/** What is read of an answer, so that the connection can be used again; of a longer one the rest is not waited for. */
const ANSWER_BYTES_MAX = 64 * 1024;

export function webhookEventTarget({ url, timeoutMs, headers, secret }: WebhookOptions): EventTarget {
  const { origin, pathname } = new URL(url);
  // The path of many such addresses is their secret.
  const name = pathname === "/" ? origin : `${origin}/…`;
  return {
    name,
    send: async (payload, signal) => {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(secret !== undefined && { "x-lakehose-signature": signatureOf(payload, secret()) }),
          ...sendable(headers()),
        },
        body: new Uint8Array(payload),
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new LakehoseError("webhook-unreachable", `${name} could not be called: ${causeOf(error)}`, {
          cause: error,
        });
      });
      const answer = beginOf(response);
      if (response.ok) return undefined;
      const reason = (await answer).toString().slice(0, REASON_LENGTH_MAX);
      throw new LakehoseError("webhook-refused", `${name} answered ${response.status}, expected 200 to 299: ${reason}`);
    },
    close: async () => undefined,
  };
}

/** What the library says of a header that cannot be sent holds its value, which may be a secret. */
function sendable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers({ [name]: value });
    } catch {
      throw new LakehoseError(
        "webhook-header-invalid",
        `Expected the value of the header ${name} to be one line of Latin letters, digits and signs; it is not`,
      );
    }
  }
  return headers;
}

/** As much of the answer as comes, up to a limit: what it says counts, not how it ends. */
async function beginOf({ body }: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body ?? []) {
      pieces.push(piece);
      bytes += piece.byteLength;
      if (bytes >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // The status has been said.
  }
  return Buffer.concat(pieces);
}

/** `sha256=HEX`: the HMAC of the body, so that whoever takes it knows who sent it. */
function signatureOf(payload: Buffer, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(payload).digest("hex")}`;
}

/** `fetch` says "fetch failed" and no more; its cause says why. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
