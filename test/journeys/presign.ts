import { createHmac } from "node:crypto";
import { canonicalRequest } from "../../src/api/protocol/sigv4-canonical.ts";
import { compactTime, scopeName, signingKey, stringToSign } from "../../src/api/protocol/sigv4-sign.ts";

export interface ToPresign {
  readonly url: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly method: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly query?: Readonly<Record<string, string>>;
  readonly at?: number;
  readonly seconds?: number;
}

/** A URL of S3 that carries its signature. */
export function presign({ url, path, method, key, query = {}, at = Date.now(), seconds = 60 }: ToPresign): string {
  const signedAt = compactTime(at);
  const scope = { date: signedAt.slice(0, 8), region: "eu-west-1", service: "s3" };
  const fields = new URLSearchParams({
    ...query,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${key.accessKeyId}/${scopeName(scope)}`,
    "X-Amz-Date": signedAt,
    "X-Amz-Expires": String(seconds),
    "X-Amz-SignedHeaders": "host",
  }).toString();
  const canonical = canonicalRequest({
    method,
    path,
    query: fields,
    headers: { host: new URL(url).host },
    signedHeaders: ["host"],
    payloadHash: "UNSIGNED-PAYLOAD",
    rawPath: true,
  });
  const signature = createHmac("sha256", signingKey(key.secretAccessKey, scope))
    .update(stringToSign(signedAt, scope, canonical))
    .digest("hex");
  return `${url}${path}?${fields}&X-Amz-Signature=${signature}`;
}
