import type { RequestHead } from "./http.ts";
import { percentDecode } from "./sigv4-canonical.ts";
import { SIGNATURE_ALGORITHM } from "./sigv4-sign.ts";
import { WireError } from "./wire-error.ts";

export type SignedHead = RequestHead;

/** What a signed request says of its signature, in either form. Nothing of it is proved yet. */
export interface SignatureParts {
  readonly accessKeyId: string;
  /** `yyyyMMdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower case, in the order of the signature. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
  /** `yyyyMMddTHHmmssZ`, as signed. */
  readonly signedAt: string;
  readonly signedAtMs: number;
  readonly presigned: boolean;
  /** Presigned form only. */
  readonly expiresSeconds?: number;
}

/** Longest life of a presigned request: 7 days (AWS). */
const EXPIRES_SECONDS_MAX = 604_800;

/** Takes the signature apart. Throws MissingAuthenticationToken or IncompleteSignature. */
export function parseSignature(head: SignedHead): SignatureParts {
  const { authorization } = head.headers;
  if (authorization !== undefined) return fromHeader(head, authorization);
  const query = queryOf(head.query);
  if (query.has("x-amz-algorithm") || query.has("x-amz-signature")) return fromQuery(head, query);
  throw new WireError("MissingAuthenticationTokenException", "Missing Authentication Token");
}

/** Whether a request says in its header that it is signed. */
export function isSigned(head: SignedHead): boolean {
  return head.headers.authorization?.startsWith(SIGNATURE_ALGORITHM) ?? false;
}

/** The credential scope of a request whose signature nobody checks: for region and account of an open server. */
export function unverifiedScope(head: SignedHead): { accessKeyId?: string; region?: string; service?: string } {
  const inHeader = /Credential=([^,\s]+)/.exec(head.headers.authorization ?? "")?.[1];
  const credential = inHeader ?? (head.query === "" ? undefined : queryOf(head.query).get("x-amz-credential"));
  const match = credential === undefined ? null : CREDENTIAL.exec(credential);
  if (match === null) return {};
  const [, accessKeyId = "", , region = "", service = ""] = match;
  return { accessKeyId, region, service };
}

/** Access key id / day / region / service / aws4_request. Region and service have the alphabet that ARNs allow. */
const CREDENTIAL = /^([\w.+=@-]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/;

function fromHeader(head: SignedHead, authorization: string): SignatureParts {
  if (!isSigned(head)) {
    throw new WireError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const fields = new Map<string, string>();
  for (const field of authorization.slice(SIGNATURE_ALGORITHM.length).split(",")) {
    const equals = field.indexOf("=");
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !fields.has(name));
  const amzDate = head.headers["x-amz-date"];
  const date = signingTime(typeof amzDate === "string" ? amzDate : head.headers.date);
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    complaints.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (complaints.length > 0 || date === undefined) {
    throw new WireError("IncompleteSignatureException", complaints.join(" "));
  }
  return {
    ...credentialOf(fields.get("Credential") ?? ""),
    signedHeaders: signedHeadersOf(head, fields.get("SignedHeaders") ?? ""),
    signature: signatureOf(fields.get("Signature") ?? ""),
    ...date,
    presigned: false,
  };
}

function fromQuery(head: SignedHead, query: ReadonlyMap<string, string>): SignatureParts {
  const names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
  const complaints = names
    .filter((name) => !query.has(name.toLowerCase()))
    .map((name) => `AWS query-string parameters must include '${name}'.`);
  const date = signingTime(query.get("x-amz-date"));
  const expiresSeconds = Number(query.get("x-amz-expires") ?? "0");
  if (!(expiresSeconds >= 1 && expiresSeconds <= EXPIRES_SECONDS_MAX)) {
    complaints.push(`'X-Amz-Expires' must be between 1 and ${EXPIRES_SECONDS_MAX} seconds.`);
  }
  if (query.get("x-amz-algorithm") !== SIGNATURE_ALGORITHM)
    complaints.push(`'X-Amz-Algorithm' must be ${SIGNATURE_ALGORITHM}.`);
  if (complaints.length > 0 || date === undefined) {
    const unreadable = "'X-Amz-Date' must have the form yyyyMMddTHHmmssZ.";
    throw new WireError("IncompleteSignatureException", [...complaints, ...(date ? [] : [unreadable])].join(" "));
  }
  return {
    ...credentialOf(query.get("x-amz-credential") ?? ""),
    signedHeaders: signedHeadersOf(head, query.get("x-amz-signedheaders") ?? ""),
    signature: signatureOf(query.get("x-amz-signature") ?? ""),
    ...date,
    presigned: true,
    expiresSeconds,
  };
}

function credentialOf(credential: string): { accessKeyId: string; date: string; region: string; service: string } {
  const match = CREDENTIAL.exec(credential);
  if (match === null) {
    const expected = "'<access key id>/<yyyyMMdd>/<region>/<service>/aws4_request'";
    throw new WireError("IncompleteSignatureException", `Credential must have the form ${expected}.`);
  }
  const [, accessKeyId = "", date = "", region = "", service = ""] = match;
  return { accessKeyId, date, region, service };
}

/** Host must be signed, and the header that says which operation is meant, or a signature could be moved to another. */
function signedHeadersOf(head: SignedHead, text: string): string[] {
  const names = text.toLowerCase().split(";");
  const needed = head.headers["x-amz-target"] === undefined ? ["host"] : ["host", "x-amz-target"];
  for (const name of needed) {
    if (names.includes(name)) continue;
    const message = `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
    throw new WireError("InvalidSignatureException", message);
  }
  return names;
}

function signatureOf(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new WireError("IncompleteSignatureException", "Signature must be 64 lower-case hex digits.");
}

function signingTime(text: string | undefined): { signedAt: string; signedAtMs: number } | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (match !== null) {
    const [, year, month, day, hour, minute, second] = match;
    const signedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(signedAtMs) ? undefined : { signedAt: match[0], signedAtMs };
  }
  const dateMs = Date.parse(text ?? "");
  if (Number.isNaN(dateMs)) return undefined;
  return { signedAt: `${new Date(dateMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`, signedAtMs: dateMs };
}

/** Names in lower case; the first of several counts. */
function queryOf(query: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const name = percentDecode(part.slice(0, equals)).toLowerCase();
    if (!fields.has(name)) fields.set(name, percentDecode(part.slice(equals + 1)));
  }
  return fields;
}
