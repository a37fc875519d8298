import type { RequestHead } from "../../protocol/http.ts";

/**
 * How services sign what they send. All of them send the HMAC-SHA256 of the body under a secret; they differ in where it
 * stands, how it is written, and whether a time is signed with it, which keeps others from sending it again later:
 *
 *     GitHub   X-Hub-Signature-256: sha256=HEX                  over BODY
 *     Shopify  X-Shopify-Hmac-Sha256: BASE64                    over BODY
 *     Slack    X-Slack-Signature: v0=HEX                        over "v0:" X-Slack-Request-Timestamp ":" BODY
 *     Stripe   Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX]      over SECONDS "." BODY
 */
export interface SignatureScheme {
  /** Where the signature is expected; for messages. */
  readonly header: string;
  /** What the head says of the signature, or `undefined` where it says nothing or not in these words. */
  claim(headers: RequestHead["headers"]): SignatureClaim | undefined;
  /** Where the sender puts what it calls the event each time that it sends it. */
  readonly id?: EventIdPlace;
  /** Slack asks once whether the address is the right one, in a request of its own that wants an answer. */
  readonly answersChallenge?: boolean;
}

export interface SignatureClaim {
  /** Any of them may be right: senders sign with two secrets while one takes over from the other. */
  readonly signatures: readonly Buffer[];
  /** What is signed before the body. */
  readonly before: string;
  /** Seconds since 1970, where a time is signed. */
  readonly signedAtS?: number;
}

export type EventIdPlace = { readonly header: string } | { readonly field: string };

export const PRESET_NAMES = ["github", "shopify", "slack", "stripe"] as const;

export const PRESETS: Readonly<Record<(typeof PRESET_NAMES)[number], SignatureScheme>> = {
  github: {
    ...bodySignature({ header: "x-hub-signature-256", encoding: "hex", prefix: "sha256=" }),
    id: { header: "x-github-delivery" },
  },
  shopify: {
    ...bodySignature({ header: "x-shopify-hmac-sha256", encoding: "base64", prefix: "" }),
    id: { header: "x-shopify-webhook-id" },
  },
  slack: { header: "x-slack-signature", claim: slackClaim, id: { field: "event_id" }, answersChallenge: true },
  stripe: { header: "stripe-signature", claim: stripeClaim, id: { field: "id" } },
};

export interface BodySignature {
  /** In lower case. */
  readonly header: string;
  readonly encoding: "hex" | "base64";
  readonly prefix: string;
}

/** The HMAC of the body alone. */
export function bodySignature({ header, encoding, prefix }: BodySignature): SignatureScheme {
  return {
    header,
    claim: (headers) => {
      const value = textOf(headers, header);
      if (!value.startsWith(prefix)) return undefined;
      return claimOf([decode(value.slice(prefix.length), encoding)], { before: "" });
    },
  };
}

function slackClaim(headers: RequestHead["headers"]): SignatureClaim | undefined {
  const time = textOf(headers, "x-slack-request-timestamp");
  const value = textOf(headers, "x-slack-signature");
  if (!SECONDS.test(time) || !value.startsWith("v0=")) return undefined;
  return claimOf([decode(value.slice("v0=".length), "hex")], { before: `v0:${time}:`, signedAtS: Number(time) });
}

/** More than a sender has secrets; each costs a comparison. */
const STRIPE_PARTS_MAX = 20;

function stripeClaim(headers: RequestHead["headers"]): SignatureClaim | undefined {
  const parts = textOf(headers, "stripe-signature").split(",", STRIPE_PARTS_MAX);
  const valuesOf = (name: string) =>
    parts.filter((part) => part.trim().startsWith(name)).map((part) => part.trim().slice(name.length));
  const [time = ""] = valuesOf("t=");
  if (!SECONDS.test(time)) return undefined;
  const signatures = valuesOf("v1=").map((text) => decode(text, "hex"));
  return claimOf(signatures, { before: `${time}.`, signedAtS: Number(time) });
}

const SECONDS = /^\d{1,12}$/;
const SHA256_BYTES = 32;

function claimOf(
  signatures: readonly (Buffer | undefined)[],
  signed: Omit<SignatureClaim, "signatures">,
): SignatureClaim | undefined {
  const known = signatures.filter((signature) => signature !== undefined);
  return known.length === 0 ? undefined : { signatures: known, ...signed };
}

/** `undefined` for what is no HMAC-SHA256. */
function decode(text: string, encoding: "hex" | "base64"): Buffer | undefined {
  const bytes = Buffer.from(text.trim(), encoding);
  return bytes.length === SHA256_BYTES ? bytes : undefined;
}

function textOf(headers: RequestHead["headers"], name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}
