import assert from "node:assert/strict";
import { createHash, createHmac, type Hash, type Hmac, hash } from "node:crypto";
import { test } from "node:test";
import { SignatureV4 } from "@smithy/signature-v4";
import type { RequestHead } from "./http.ts";
import { SignatureVerifier, type VerifierOptions } from "./sigv4.ts";
import { WireError } from "./wire-error.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** The shape of hash that the signer wants. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | Uint8Array | undefined;
  constructor(secret?: unknown) {
    this.#secret = secret as string | Uint8Array | undefined;
    this.#hash = this.#make();
  }
  #make() {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {
    this.#hash = this.#make();
  }
}

interface Signed {
  readonly head: RequestHead;
  readonly body: Buffer;
}

interface ToSign {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
  readonly service?: string;
  readonly at?: number;
  readonly presignSeconds?: number;
  readonly sessionToken?: string;
}

async function sign(what: ToSign = {}): Promise<Signed> {
  const { service = "firehose", body = Buffer.from("{}"), at = NOW, sessionToken } = what;
  const signer = new SignatureV4({
    service,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKID", secretAccessKey: SECRET, ...(sessionToken ? { sessionToken } : {}) },
    sha256: Sha256,
    applyChecksum: true,
    uriEscapePath: service !== "s3",
  });
  const request = {
    method: what.method ?? "POST",
    protocol: "http:",
    hostname: "localhost",
    path: what.path ?? "/",
    query: what.query ?? {},
    headers: { host: "localhost:4573", "x-amz-target": "Firehose_20150804.PutRecord", ...what.headers },
    body,
  };
  const options = { signingDate: new Date(at) };
  const signed =
    what.presignSeconds === undefined
      ? await signer.sign(request, options)
      : await signer.presign(request, { ...options, expiresIn: what.presignSeconds });
  const query = Object.entries(signed.query ?? {})
    .flatMap(([name, value]) => [value ?? ""].flat().map((one) => `${encode(name)}=${encode(one)}`))
    .join("&");
  const headers = Object.fromEntries(
    Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { head: { method: signed.method, path: signed.path, query, headers }, body };
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

function verify({ head, body }: Signed, options: Partial<VerifierOptions> = {}) {
  const verifier = new SignatureVerifier({
    secretOf: (id) => (id === "AKID" ? SECRET : undefined),
    now: () => NOW,
    ...options,
  });
  const parts = verifier.begin(head);
  verifier.finish(head, parts, () => hash("sha256", body, "hex"));
  return parts;
}

function refusal(signed: Signed, options: Partial<VerifierOptions> = {}): string {
  try {
    verify(signed, options);
  } catch (error) {
    if (error instanceof WireError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

const PATHS = ["/", "/a/b", "/a//b/", "/a/./b/../c", "/with%20blank", "/%E6%97%A5", "/a+b", "/~x/-_.!*'()", "/a%2Fb/"];
const QUERIES: Record<string, string | string[]>[] = [
  {},
  { a: "1", b: "2" },
  { b: ["2", "1"], A: "z" },
  { "sp ace": "v/al ue+%", ü: "ß*'()!" },
  { empty: "" },
];

test("verify() accepts what the AWS signer signs, over odd paths, queries, headers and bodies", async () => {
  const headers: Record<string, string>[] = [
    {},
    { "x-amz-odd": "  two   blanks\tand tab " },
    { "content-type": "a/b;c=d" },
  ];
  for (const path of PATHS) {
    for (const query of QUERIES) {
      for (const extra of headers) {
        const signed = await sign({ path, query, headers: extra, body: Buffer.from([0, 255, 128]) });
        assert.deepEqual([refusal(signed), path, query, extra], ["accepted", path, query, extra]);
      }
    }
  }
});

test("verify() accepts S3 paths as they are sent", async () => {
  for (const path of PATHS) assert.equal(refusal(await sign({ path, service: "s3" })), "accepted", path);
});

test("verify() accepts the presigned form until it expires", async () => {
  const signed = await sign({ method: "GET", presignSeconds: 3600, body: Buffer.alloc(0), query: { a: "b c" } });
  assert.equal(refusal(signed), "accepted");
  assert.equal(refusal(signed, { now: () => NOW + 3_599_000 }), "accepted");
  assert.match(refusal(signed, { now: () => NOW + 3_601_000 }), /InvalidSignatureException: Signature expired: /);
  const forged = { ...signed, head: { ...signed.head, query: signed.head.query.replace("a=b", "a=c") } };
  assert.match(refusal(forged), /InvalidSignatureException: The request signature we calculated does not match/);
});

test("verify() returns key, region and service, and lets a session token pass", async () => {
  const parts = verify(await sign({ sessionToken: "token" }));
  assert.deepEqual([parts.accessKeyId, parts.region, parts.service], ["AKID", "eu-west-1", "firehose"]);
});

test("verify() refuses any change to what was signed", async () => {
  const signed = await sign({ path: "/a", query: { q: "1" } });
  const { head, body } = signed;
  const changes: Signed[] = [
    { head: { ...head, method: "PUT" }, body },
    { head: { ...head, path: "/b" }, body },
    { head: { ...head, query: "q=2" }, body },
    { head: { ...head, query: `${head.query}&more=1` }, body },
    { head: { ...head, headers: { ...head.headers, "x-amz-target": "Firehose_20150804.DeleteDeliveryStream" } }, body },
    { head: { ...head, headers: { ...head.headers, host: "elsewhere" } }, body },
    { head, body: Buffer.from("{ }") },
  ];
  for (const change of changes) {
    assert.match(refusal(change), /^InvalidSignatureException: The request signature we calculated does not match/);
  }
  const changed = refusal(signed, { secretOf: () => "other" });
  assert.match(changed, /^InvalidSignatureException: The request signature we calculated/);
});

test("verify() refuses a clock that is more than five minutes off, in AWS's words", async () => {
  assert.equal(refusal(await sign({ at: NOW - 299_000 })), "accepted");
  assert.equal(refusal(await sign({ at: NOW + 299_000 })), "accepted");
  assert.equal(
    refusal(await sign({ at: NOW - 301_000 })),
    "InvalidSignatureException: Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)",
  );
  assert.equal(
    refusal(await sign({ at: NOW + 301_000 })),
    "InvalidSignatureException: Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)",
  );
});

test("verify() refuses unknown keys, missing and incomplete signatures", async () => {
  const signed = await sign();
  const withHeaders = (headers: Record<string, string | undefined>): Signed => ({
    body: signed.body,
    head: { ...signed.head, headers: { ...signed.head.headers, ...headers } },
  });
  const authorization = String(signed.head.headers.authorization);
  assert.equal(
    refusal(signed, { secretOf: () => undefined }),
    "UnrecognizedClientException: The security token included in the request is invalid.",
  );
  assert.match(refusal(withHeaders({ authorization: undefined })), /^MissingAuthenticationTokenException: /);
  assert.match(refusal(withHeaders({ authorization: "Bearer x" })), /^MissingAuthenticationTokenException: /);
  assert.equal(
    refusal(withHeaders({ authorization: authorization.replace(/, Signature=.*/, "") })),
    "IncompleteSignatureException: Authorization header requires 'Signature' parameter.",
  );
  assert.match(refusal(withHeaders({ "x-amz-date": undefined })), /^IncompleteSignatureException: .*'X-Amz-Date'/);
  const tampered = [
    authorization.replace(/Signature=.{4}/, "Signature=zzzz"),
    authorization.replace("/aws4_request", ""),
    authorization.replace("eu-west-1", "eu west"),
  ];
  for (const one of tampered)
    assert.match(refusal(withHeaders({ authorization: one })), /^IncompleteSignatureException/);
  const unsignedTarget = authorization.replace(";x-amz-target", "");
  assert.match(refusal(withHeaders({ authorization: unsignedTarget })), /'x-amz-target' must be a 'SignedHeader'/);
});

test("verify() takes an unsigned payload only where the configuration allows it", async () => {
  const signed = await sign({ headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } });
  assert.match(refusal(signed), /^InvalidSignatureException: Requests with UNSIGNED-PAYLOAD are not accepted here/);
  assert.equal(refusal(signed, { unsignedPayload: true }), "accepted");
});
