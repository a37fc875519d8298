import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { SignedHeadCaller } from "../protocol/authenticator.ts";
import type { HttpRequest, RequestHead } from "../protocol/http.ts";
import { UNSIGNED_PAYLOAD } from "../protocol/sigv4.ts";
import { isSigned } from "../protocol/sigv4-parse.ts";
import { decodeChunks } from "./aws-chunked.ts";
import { CHECKSUM_NAMES, type Checksum, startChecksum } from "./checksums.ts";
import { S3Error } from "./s3-error.ts";

const SIGNED_CHUNKS = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;
const UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** What the head says of its body, as its signature covers it; presigned URLs, and whoever signs nothing, say nothing. */
export function payloadHashOf(head: RequestHead): string {
  const declared = head.headers["x-amz-content-sha256"];
  if (typeof declared === "string") return declared;
  if (!isSigned(head)) return UNSIGNED_PAYLOAD;
  throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
}

/**
 * The body of a request on its way in, unpacked and checked against all that was said of it: SHA-256 or signatures of its
 * chunks, MD5, checksums in headers or trailer, and its length. What fails throws at the end of the body at the latest, so
 * whoever reads it makes nothing of it visible before.
 */
export class Payload {
  readonly #request: HttpRequest;
  readonly #hash: string;
  readonly #proof: SignedHeadCaller["proof"];
  readonly #trailers = new Map<string, string>();
  /** By name; `undefined` for one whose value follows in the trailer. */
  readonly #expected: ReadonlyMap<string, string | undefined>;
  readonly #sums: ReadonlyMap<string, Checksum>;
  #bytes = 0;
  #verified: ReadonlyMap<string, string> = new Map();

  constructor(request: HttpRequest, payloadHash: string, proof: SignedHeadCaller["proof"]) {
    this.#request = request;
    this.#hash = payloadHash;
    this.#proof = proof;
    this.#expected = expectedChecksums(request.headers);
    this.#sums = new Map([...this.#expected.keys()].map((name) => [name, checksumOf(name)]));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What the request says of its length, without what chunks add to it. */
  get declaredBytes(): number | undefined {
    return declaredLength(this.#request.headers);
  }

  /** Of the body that was read, by algorithm. */
  get checksums(): Readonly<Record<string, string>> {
    const known = [...this.#verified].filter(([name]) => name !== "md5");
    return Object.fromEntries(known);
  }

  /** The bytes. Throws EntityTooLarge beyond `bytesMax`, before reading anything where the length tells. */
  async *read(bytesMax: number): AsyncGenerator<Buffer> {
    const length = declaredLength(this.#request.headers);
    if (length !== undefined && length > bytesMax) throw tooLarge(length, bytesMax);
    const digest = /^[0-9a-f]{64}$/.test(this.#hash) ? createHash("sha256") : undefined;
    for await (const piece of this.#unpacked()) {
      this.#bytes += piece.length;
      if (this.#bytes > bytesMax) throw tooLarge(this.#bytes, bytesMax);
      digest?.update(piece);
      for (const sum of this.#sums.values()) sum.update(piece);
      yield piece;
    }
    if (length !== undefined && this.#bytes !== length) {
      throw new S3Error("IncompleteBody", `Expected ${length} bytes of body, got ${this.#bytes}`);
    }
    if (digest !== undefined && digest.digest("hex") !== this.#hash) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new S3Error("XAmzContentSHA256Mismatch", message);
    }
    this.#verified = this.#checkSums();
  }

  /** All of it, for documents. */
  async whole(bytesMax: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.read(bytesMax)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  #unpacked(): AsyncIterable<Buffer> {
    const trailers = this.#trailers;
    const source = this.#request.stream();
    if (SIGNED_CHUNKS.test(this.#hash)) {
      return decodeChunks(source, { trailers, signatures: this.#proof?.chunks });
    }
    if (this.#hash === UNSIGNED_CHUNKS) return decodeChunks(source, { trailers });
    if (this.#hash === UNSIGNED_PAYLOAD || /^[0-9a-f]{64}$/.test(this.#hash)) return source;
    const message = `x-amz-content-sha256 must be ${UNSIGNED_PAYLOAD}, ${UNSIGNED_CHUNKS}, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.`;
    throw new S3Error("InvalidArgument", message);
  }

  #checkSums(): ReadonlyMap<string, string> {
    const verified = new Map<string, string>();
    for (const [name, sum] of this.#sums) {
      const expected = this.#expected.get(name) ?? this.#trailers.get(`x-amz-checksum-${name}`);
      const found = sum.digest();
      if (expected === undefined) {
        throw new S3Error("InvalidRequest", `The trailer x-amz-checksum-${name} was announced and did not come`);
      }
      if (expected !== found) {
        const what = name === "md5" ? "Content-MD5" : `${name.toUpperCase()} checksum`;
        throw new S3Error("BadDigest", `The ${what} you specified did not match what we received: it is ${found}`);
      }
      verified.set(name, found);
    }
    return verified;
  }
}

function expectedChecksums(headers: IncomingHttpHeaders): ReadonlyMap<string, string | undefined> {
  const expected = new Map<string, string | undefined>();
  const md5 = headers["content-md5"];
  if (typeof md5 === "string") {
    if (Buffer.from(md5, "base64").length !== 16) {
      throw new S3Error("InvalidDigest", "The Content-MD5 you specified is not 16 bytes in base64.");
    }
    expected.set("md5", md5);
  }
  for (const name of CHECKSUM_NAMES) {
    const value = headers[`x-amz-checksum-${name}`];
    if (typeof value === "string") expected.set(name, value);
  }
  const announced = String(headers["x-amz-trailer"] ?? "")
    .toLowerCase()
    .split(",");
  for (const trailer of announced) {
    const name = /^x-amz-checksum-(.+)$/.exec(trailer.trim())?.[1];
    if (name !== undefined) expected.set(name, undefined);
  }
  return expected;
}

function checksumOf(name: string): Checksum {
  const checksum = startChecksum(name);
  if (checksum !== undefined) return checksum;
  const message = `Expected a checksum of ${CHECKSUM_NAMES.join(", ")}, got ${name.slice(0, 32)}`;
  throw new S3Error("InvalidRequest", message);
}

/** Of the body inside, where it is packed in chunks. */
function declaredLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["x-amz-decoded-content-length"] ?? (isChunked(headers) ? undefined : headers["content-length"]);
  if (text === undefined) return undefined;
  const length = Number(text);
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new S3Error("InvalidArgument", "x-amz-decoded-content-length must be a number of bytes");
}

function isChunked(headers: IncomingHttpHeaders): boolean {
  return String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
}

function tooLarge(bytes: number, bytesMax: number): S3Error {
  return new S3Error("EntityTooLarge", `Expected at most ${bytesMax} bytes of body, got ${bytes}`);
}
