import { createHmac, timingSafeEqual } from "node:crypto";
import type { RequestHead } from "../../protocol/http.ts";
import { WireError } from "../../protocol/wire-error.ts";
import type { SignatureClaim, SignatureScheme } from "./signature-schemes.ts";

/** What the head claims, before anything of the body is read: throws where nothing in the body could make it right. */
export function readClaim(
  scheme: SignatureScheme,
  headers: RequestHead["headers"],
  { nowMs, toleranceSeconds }: { readonly nowMs: number; readonly toleranceSeconds: number },
): SignatureClaim {
  const claim = scheme.claim(headers);
  if (claim === undefined) {
    const came = headers[scheme.header] === undefined ? "none" : "something else";
    throw refused(`Expected a signature of this hook in the header ${scheme.header}, got ${came}`);
  }
  const offS = claim.signedAtS === undefined ? 0 : Math.abs(nowMs / 1000 - claim.signedAtS);
  if (offS <= toleranceSeconds) return claim;
  throw refused(
    `The signed time is ${Math.round(offS)} s off, at most ${toleranceSeconds} s are allowed: the request is old, or one of the clocks is wrong`,
  );
}

/**
 * Throws unless one of the claimed signatures is that of the body under one of the secrets. All are compared, in constant
 * time each, so that the time taken tells nothing.
 */
export function verifySignature(claim: SignatureClaim, body: Buffer, secrets: readonly string[]): void {
  let right = false;
  for (const secret of secrets) {
    const expected = createHmac("sha256", secret).update(claim.before).update(body).digest();
    for (const signature of claim.signatures) right = timingSafeEqual(signature, expected) || right;
  }
  if (!right) throw refused("The signature is not that of the body under a secret of this hook");
}

function refused(message: string): WireError {
  return new WireError("InvalidSignatureException", message);
}
