import { hash, timingSafeEqual } from "node:crypto";
import type { HmacKey } from "./hmac-key.ts";
import type { SignatureParts } from "./sigv4-parse.ts";
import { scopeName } from "./sigv4-sign.ts";
import { WireError } from "./wire-error.ts";

const EMPTY_SHA256 = hash("sha256", "", "hex");

/**
 * The signatures of a body that is signed in pieces (STREAMING-AWS4-HMAC-SHA256-PAYLOAD). Each covers the one before, the
 * first that of the head, so that no piece can be left out, moved or taken from elsewhere:
 *
 *     AWS4-HMAC-SHA256-PAYLOAD \n time \n scope \n signature before \n SHA-256 of nothing \n SHA-256 of the piece
 *     AWS4-HMAC-SHA256-TRAILER \n time \n scope \n signature before \n SHA-256 of the trailer's lines
 */
export class ChunkSignatures {
  readonly #key: HmacKey;
  readonly #signedAt: string;
  readonly #scope: string;
  #before: string;

  constructor(key: HmacKey, parts: SignatureParts) {
    this.#key = key;
    this.#signedAt = parts.signedAt;
    this.#scope = scopeName(parts);
    this.#before = parts.signature;
  }

  /** Throws unless this is the signature of the next piece. */
  checkChunk(sha256: string, signature: string): void {
    this.#check("AWS4-HMAC-SHA256-PAYLOAD", `${EMPTY_SHA256}\n${sha256}`, signature, "a chunk of the body");
  }

  /** `lines`: each `name:value` and a line feed. */
  checkTrailer(lines: string, signature: string): void {
    this.#check("AWS4-HMAC-SHA256-TRAILER", hash("sha256", lines, "hex"), signature, "the trailer");
  }

  #check(algorithm: string, digests: string, signature: string, what: string): void {
    const text = [algorithm, this.#signedAt, this.#scope, this.#before, digests].join("\n");
    const expected = this.#key.sign(text);
    const given = Buffer.from(signature, "hex");
    if (given.length !== expected.length || !timingSafeEqual(expected, given)) {
      throw new WireError("InvalidSignatureException", `The signature of ${what} is not the one that was calculated`);
    }
    this.#before = signature;
  }
}
