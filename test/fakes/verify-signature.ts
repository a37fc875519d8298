import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SignatureVerifier } from "../../src/api/protocol/sigv4.ts";

export interface SignedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Checks the signature of a POST as AWS does, and gives its service and region. Throws what AWS would answer. */
export function verifySignature({ url, headers, body }: SignedRequest, secret: string, now: number) {
  const { pathname, search } = new URL(url, "http://any");
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const head = { method: "POST", path: pathname, query: search.slice(1), headers: Object.fromEntries(texts) };
  const verifier = new SignatureVerifier({ secretOf: () => secret, now: () => now });
  const parts = verifier.begin(head);
  verifier.finish(head, parts, () => hash("sha256", body, "hex"));
  return parts;
}
