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

export function webhookEventTarget({ url, timeoutMs, headers, secret }: WebhookOptions): EventTarget {
  const { origin, pathname } = new URL(url);
  const name = `${origin}${pathname}`;
  return {
    name,
    send: async (payload, signal) => {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(secret !== undefined && { "x-lakehose-signature": signatureOf(payload, secret()) }),
          ...headers(),
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
      const text = await response.text();
      if (response.ok) return undefined;
      const reason = text.slice(0, REASON_LENGTH_MAX);
      throw new LakehoseError("webhook-refused", `${name} answered ${response.status}, expected 200 to 299: ${reason}`);
    },
    close: async () => undefined,
  };
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
