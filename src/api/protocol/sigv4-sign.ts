import { createHmac, hash } from "node:crypto";
import { canonicalRequest } from "./sigv4-canonical.ts";

export const SIGNATURE_ALGORITHM = "AWS4-HMAC-SHA256";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; all of them are signed. `host` is taken from the URL. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly service: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/** The headers that a request has to carry so that `SignatureVerifier` takes it: those given, and what the signature adds. */
export function signRequest(request: RequestToSign): Readonly<Record<string, string>> {
  const { method, url, service, region, credentials } = request;
  const signedAt = compactTime(request.now);
  const headers: Record<string, string> = { ...request.headers, "x-amz-date": signedAt };
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  const signedHeaders = [...Object.keys(headers), "host"].sort();
  const canonical = canonicalRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: { ...headers, host: url.host },
    signedHeaders,
    payloadHash: hash("sha256", request.body, "hex"),
    rawPath: false,
  });
  const scope = { date: signedAt.slice(0, 8), region, service };
  const key = signingKey(credentials.secretAccessKey, scope);
  const signature = createHmac("sha256", key)
    .update(stringToSign(signedAt, scope, canonical))
    .digest("hex");
  const credential = `${credentials.accessKeyId}/${scopeName(scope)}`;
  const fields = `Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { ...headers, authorization: `${SIGNATURE_ALGORITHM} ${fields}` };
}

export interface SignatureScope {
  /** `yyyyMMdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What is signed of a canonical request. */
export function stringToSign(signedAt: string, scope: SignatureScope, canonical: string): string {
  return `${SIGNATURE_ALGORITHM}\n${signedAt}\n${scopeName(scope)}\n${hash("sha256", canonical, "hex")}`;
}

/** Four HMACs, the same all day. */
export function signingKey(secretAccessKey: string, { date, region, service }: SignatureScope): Buffer {
  let key = createHmac("sha256", `AWS4${secretAccessKey}`).update(date).digest();
  for (const part of [region, service, "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
  return key;
}

/** `20260101T000000Z`. */
export function compactTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

export function scopeName({ date, region, service }: SignatureScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}
