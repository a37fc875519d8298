import assert from "node:assert/strict";
import { createHash, createHmac, type Hash, type Hmac, hash } from "node:crypto";
import { test } from "node:test";
import { SignatureV4 } from "@smithy/signature-v4";
import { SignatureVerifier } from "./sigv4.ts";
import { signRequest } from "./sigv4-sign.ts";

const CREDENTIALS = { accessKeyId: "AKID", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SCOPE = { service: "lakehose", region: "eu-west-1", credentials: CREDENTIALS, now: NOW };

/** The shape of hash that AWS's signer wants. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {
    return undefined;
  }
}

test("signRequest() signs as AWS's signer does", async () => {
  const url = new URL("http://lake.example:4573/api/streams/a%20b/log?limit=5&limit=3&from=x%2Fy");
  const signer = new SignatureV4({ ...SCOPE, sha256: Sha256, applyChecksum: false });
  const theirs = await signer.sign(
    {
      method: "PUT",
      protocol: "http:",
      hostname: url.hostname,
      path: url.pathname,
      query: { limit: ["5", "3"], from: "x/y" },
      headers: { host: url.host, "content-type": "application/json" },
      body: "{}",
    },
    { signingDate: new Date(NOW) },
  );
  const ours = signRequest({
    ...SCOPE,
    method: "PUT",
    url,
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(ours.authorization, theirs.headers.authorization);
});

test("what signRequest() signs passes the verifier, with a session token too, and nothing else does", () => {
  const url = new URL("http://127.0.0.1:4573/api/streams");
  const credentials = { ...CREDENTIALS, sessionToken: "a token" };
  const headers = signRequest({ ...SCOPE, credentials, method: "GET", url, headers: {}, body: "" });
  const verifier = new SignatureVerifier({ secretOf: () => CREDENTIALS.secretAccessKey, now: () => NOW });
  const head = { method: "GET", path: url.pathname, query: "", headers: { ...headers, host: url.host } };
  const verify = (changes: object, body = "") => {
    const changed = { ...head, ...changes };
    verifier.finish(changed, verifier.begin(changed), () => hash("sha256", body, "hex"));
  };
  verify({});
  assert.throws(() => verify({ path: "/api/tables" }), { code: "InvalidSignatureException" });
  assert.throws(() => verify({ method: "DELETE" }), { code: "InvalidSignatureException" });
  assert.throws(() => verify({}, "body"), { code: "InvalidSignatureException" });
  const stolen = { ...head.headers, "x-amz-security-token": "another" };
  assert.throws(() => verify({ headers: stolen }), { code: "InvalidSignatureException" });
});
