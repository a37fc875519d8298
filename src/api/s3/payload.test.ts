import assert from "node:assert/strict";
import { createHash, hash } from "node:crypto";
import { test } from "node:test";
import { Authenticator } from "../protocol/authenticator.ts";
import { HmacKey } from "../protocol/hmac-key.ts";
import type { HttpRequest } from "../protocol/http.ts";
import { canonicalRequest } from "../protocol/sigv4-canonical.ts";
import { scopeName, signingKey, stringToSign } from "../protocol/sigv4-sign.ts";
import { Payload, payloadHashOf } from "./payload.ts";
import { s3ErrorOf } from "./s3-error.ts";

const KEY = { accessKeyId: "AKID", secretAccessKey: "secret", allow: [{ actions: ["*"], resources: ["*"] }] };
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const SIGNED_AT = "20260102T030405Z";
const SCOPE = { date: "20260102", region: "eu-west-1", service: "s3" };
const SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const CONTENT = "the first chunk, and the second";
const CRC = "x-amz-checksum-sha256";
const DIGEST = createHash("sha256").update(CONTENT).digest("base64");

function requestOf(body: string, headers: Record<string, string>, pieceBytes = 7): HttpRequest {
  const bytes = Buffer.from(body);
  async function* stream() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const { signal } = new AbortController();
  const whole = () => assert.fail("the body has to stream");
  return { id: "1", address: "", method: "PUT", path: "/lake/k", query: "", headers, body: whole, stream, signal };
}

/** Reads the payload as the door does, proof of the head first. Resolves to the bytes, or to the code of the failure. */
async function receive(request: HttpRequest, keys = [KEY]): Promise<string> {
  const clock = { now: () => AT, monotonic: () => 0, sleep: async () => undefined };
  try {
    const payloadHash = payloadHashOf(request);
    const { proof } = new Authenticator({ clock, keys }).signedHead(request, "s3", payloadHash);
    return (await new Payload(request, payloadHash, proof).whole(1000)).toString();
  } catch (error) {
    return s3ErrorOf(error)?.code ?? String(error);
  }
}

/** A signed head, and what signs the chunks after it. */
function sign(headers: Record<string, string>) {
  const signed = { host: "localhost", "x-amz-date": SIGNED_AT, ...headers };
  const signedHeaders = Object.keys(signed).sort();
  const canonical = canonicalRequest({
    method: "PUT",
    path: "/lake/k",
    query: "",
    headers: signed,
    signedHeaders,
    payloadHash: headers["x-amz-content-sha256"] ?? "",
    rawPath: true,
  });
  const key = new HmacKey(signingKey(KEY.secretAccessKey, SCOPE));
  let before = key.sign(stringToSign(SIGNED_AT, SCOPE, canonical)).toString("hex");
  const credential = `Credential=${KEY.accessKeyId}/${scopeName(SCOPE)}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${before}`;
  const next = (algorithm: string, digests: string) => {
    before = key.sign([algorithm, SIGNED_AT, scopeName(SCOPE), before, digests].join("\n")).toString("hex");
    return before;
  };
  const chunk = (text: string) => {
    const digests = `${hash("sha256", "", "hex")}\n${hash("sha256", text, "hex")}`;
    const signature = next("AWS4-HMAC-SHA256-PAYLOAD", digests);
    return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text === "" ? "" : `${text}\r\n`}`;
  };
  const trailer = (line: string) => {
    const signature = next("AWS4-HMAC-SHA256-TRAILER", hash("sha256", `${line}\n`, "hex"));
    return `${line}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
  };
  return { headers: { ...signed, authorization }, chunk, trailer };
}

function signedChunks(): { readonly headers: Record<string, string>; readonly body: string } {
  const { headers, chunk, trailer } = sign({
    "x-amz-content-sha256": SIGNED_CHUNKS,
    "x-amz-decoded-content-length": String(CONTENT.length),
    "x-amz-trailer": CRC,
  });
  const chunks = [CONTENT.slice(0, 16), CONTENT.slice(16), ""].map(chunk);
  return { headers, body: chunks.join("") + trailer(`${CRC}:${DIGEST}`) };
}

test("Payload takes chunks with their signatures and a signed trailer, however they are cut up", async () => {
  const { headers, body } = signedChunks();
  for (const pieceBytes of [1, 2, 50, 10_000]) {
    assert.equal(await receive(requestOf(body, headers, pieceBytes)), CONTENT);
  }
});

test("Payload refuses chunks that were changed, left out, swapped or cut off, and a changed trailer", async () => {
  const { headers, body } = signedChunks();
  const [first = "", second = ""] = body.split(/(?<=\r\n)(?=f;)/);
  const outcomes = {
    changed: body.replace("first", "worst"),
    leftOut: body.slice(first.length),
    swapped: second + first,
    cutOff: body.slice(0, -150),
    trailer: body.replace(DIGEST, DIGEST.replace(/^./, "A")),
    unsignedTrailer: body.replace(/x-amz-trailer-signature:\w+\r\n/, ""),
    noChunk: `zz\r\n${body}`,
  };
  const codes = await Promise.all(
    Object.entries(outcomes).map(async ([name, changed]) => [name, await receive(requestOf(changed, headers))]),
  );
  assert.deepEqual(Object.fromEntries(codes), {
    changed: "SignatureDoesNotMatch",
    leftOut: "SignatureDoesNotMatch",
    swapped: "SignatureDoesNotMatch",
    cutOff: "IncompleteBody",
    trailer: "SignatureDoesNotMatch",
    unsignedTrailer: "IncompleteBody",
    noChunk: "IncompleteBody",
  });
});

test("Payload checks an unsigned trailer against the body, and the length inside against what came", async () => {
  const headers = (length: number) => ({
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length": String(length),
    "x-amz-trailer": CRC,
  });
  const body = `${CONTENT.length.toString(16)}\r\n${CONTENT}\r\n0\r\n${CRC}:${DIGEST}\r\n\r\n`;
  assert.equal(await receive(requestOf(body, headers(CONTENT.length)), []), CONTENT);
  assert.equal(await receive(requestOf(body.replace("first", "worst"), headers(CONTENT.length)), []), "BadDigest");
  assert.equal(await receive(requestOf(body, headers(CONTENT.length + 1)), []), "IncompleteBody");
  assert.equal(await receive(requestOf(body.replace(CRC, "x-other"), headers(CONTENT.length)), []), "InvalidRequest");
  assert.equal(await receive(requestOf(body, headers(1001)), []), "EntityTooLarge");
});

test("Payload holds a body to the SHA-256 that its head was signed with", async () => {
  const { headers } = sign({ "x-amz-content-sha256": hash("sha256", CONTENT, "hex") });
  assert.equal(await receive(requestOf(CONTENT, headers)), CONTENT);
  assert.equal(await receive(requestOf(`${CONTENT}!`, headers)), "XAmzContentSHA256Mismatch");
  const { headers: strange } = sign({ "x-amz-content-sha256": "STREAMING-SOMETHING" });
  assert.equal(await receive(requestOf(CONTENT, strange)), "InvalidArgument");
  const { headers: silent } = sign({});
  assert.equal(await receive(requestOf(CONTENT, silent)), "InvalidRequest");
});
