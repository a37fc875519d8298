import { timingSafeEqual } from "node:crypto";
import { HmacKey } from "./hmac-key.ts";
import { canonicalRequest } from "./sigv4-canonical.ts";
import { ChunkSignatures } from "./sigv4-chunks.ts";
import { parseSignature, type SignatureParts, type SignedHead } from "./sigv4-parse.ts";
import { compactTime, signingKey, stringToSign } from "./sigv4-sign.ts";
import { WireError } from "./wire-error.ts";

/** How far the client's clock may be off (AWS: 5 minutes). */
export const SIGNATURE_SKEW_MS = 5 * 60 * 1000;

/** Signing keys kept: one per access key, day, region and service. Made again when it overflows. */
const SIGNING_KEYS_MAX = 1000;

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** The signature may be right, but not now. S3 has words of its own for that, by which clients set their clocks. */
export class ClockSkewError extends WireError {
  constructor(message: string) {
    super("InvalidSignatureException", message);
  }
}

/** A presigned address whose time is over. */
export class AddressExpiredError extends WireError {
  constructor(message: string) {
    super("InvalidSignatureException", message);
  }
}

export interface VerifierOptions {
  /** The secret of an access key id; `undefined` for an id that is not known. */
  secretOf(accessKeyId: string): string | undefined;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Accept bodies that the signature does not cover (`UNSIGNED-PAYLOAD`). Default false. */
  readonly unsignedPayload?: boolean;
}

/**
 * Verifies AWS Signature Version 4, header and presigned-query form. In this order, so that nothing is hashed for a
 * stranger: the parts are there, the key is known, the clock fits, the body is the signed one, the signature is right.
 * Throws the WireError that AWS would answer. A session token is signed like any header and otherwise ignored:
 * configured keys are long-lived.
 */
export class SignatureVerifier {
  readonly #options: VerifierOptions;
  readonly #signingKeys = new Map<string, HmacKey>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** What can be said before the body is read: the parts are there, the key is known, the clock fits. */
  begin(head: SignedHead): SignatureParts {
    const parts = parseSignature(head);
    this.#secretOf(parts);
    this.#checkTime(parts);
    return parts;
  }

  /** The rest: throws unless the signature of `parts` covers this head and body. */
  finish(head: SignedHead, parts: SignatureParts, bodySha256: () => string): void {
    this.#prove(head, parts, this.#payloadHash(head, parts, bodySha256));
  }

  /**
   * The rest, for bodies that are checked as they stream: throws unless the signature covers this head, which says in
   * `payloadHash` what the body will be. The body may be signed in pieces: then they follow from this signature.
   */
  finishHead(head: SignedHead, parts: SignatureParts, payloadHash: string): ChunkSignatures {
    this.#prove(head, parts, payloadHash);
    return new ChunkSignatures(this.#signingKey(parts, this.#secretOf(parts)), parts);
  }

  #prove(head: SignedHead, parts: SignatureParts, payloadHash: string): void {
    const secret = this.#secretOf(parts);
    const { signedHeaders } = parts;
    const canonical = canonicalRequest({ ...head, signedHeaders, payloadHash, rawPath: parts.service === "s3" });
    const expected = this.#signingKey(parts, secret).sign(stringToSign(parts.signedAt, parts, canonical));
    if (!timingSafeEqual(expected, Buffer.from(parts.signature, "hex"))) {
      throw new WireError("InvalidSignatureException", MISMATCH);
    }
  }

  #secretOf(parts: SignatureParts): string {
    const secret = this.#options.secretOf(parts.accessKeyId);
    if (secret !== undefined) return secret;
    throw new WireError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }

  #checkTime(parts: SignatureParts): void {
    const now = this.#options.now();
    const validMs = parts.expiresSeconds === undefined ? SIGNATURE_SKEW_MS : parts.expiresSeconds * 1000;
    if (parts.signedAtMs > now + SIGNATURE_SKEW_MS) {
      const latest = `${compactTime(now + SIGNATURE_SKEW_MS)} (${compactTime(now)} + 5 min.)`;
      throw new ClockSkewError(`Signature not yet current: ${parts.signedAt} is still later than ${latest}`);
    }
    if (parts.signedAtMs < now - validMs) {
      const allowance = parts.expiresSeconds === undefined ? "5 min." : `${parts.expiresSeconds} s`;
      const earliest = `${compactTime(now - validMs)} (${compactTime(now)} - ${allowance})`;
      const message = `Signature expired: ${parts.signedAt} is now earlier than ${earliest}`;
      throw parts.expiresSeconds === undefined ? new ClockSkewError(message) : new AddressExpiredError(message);
    }
  }

  #payloadHash(head: SignedHead, parts: SignatureParts, bodySha256: () => string): string {
    const declared = head.headers["x-amz-content-sha256"];
    const unsigned =
      declared === UNSIGNED_PAYLOAD || (declared === undefined && parts.presigned && parts.service === "s3");
    if (!unsigned) {
      const computed = bodySha256();
      if (declared === undefined || declared === computed) return computed;
      throw new WireError("InvalidSignatureException", MISMATCH);
    }
    if (this.#options.unsignedPayload === true) return UNSIGNED_PAYLOAD;
    const message = `Requests with ${UNSIGNED_PAYLOAD} are not accepted here: sign the body, or allow it in the configuration`;
    throw new WireError("InvalidSignatureException", message);
  }

  /** The secret is part of the cache key only through its access key: keys do not change. */
  #signingKey(parts: SignatureParts, secret: string): HmacKey {
    const name = `${parts.accessKeyId}/${parts.date}/${parts.region}/${parts.service}`;
    const known = this.#signingKeys.get(name);
    if (known !== undefined) return known;
    if (this.#signingKeys.size >= SIGNING_KEYS_MAX) this.#signingKeys.clear();
    const prepared = new HmacKey(signingKey(secret, parts));
    this.#signingKeys.set(name, prepared);
    return prepared;
  }
}
