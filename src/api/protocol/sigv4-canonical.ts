import type { IncomingHttpHeaders } from "node:http";

/**
 * The canonical request of AWS Signature Version 4: what signer and verifier hash must be the same bytes.
 *
 *     METHOD \n canonical path \n canonical query \n
 *     name:value \n (one line per signed header) \n
 *     signed header names joined by ; \n
 *     SHA-256 of the body, hex
 */
export interface CanonicalInput {
  readonly method: string;
  /** As sent, still percent-encoded. */
  readonly path: string;
  /** As sent. `X-Amz-Signature` does not count. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Lower case, in the order of the signature. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** S3 signs the path as it is sent; all other services normalise it and encode it once more. */
  readonly rawPath: boolean;
}

export function canonicalRequest(input: CanonicalInput): string {
  const headerLines = input.signedHeaders.map((name) => `${name}:${canonicalHeader(input.headers[name])}\n`);
  return [
    input.method,
    input.rawPath ? input.path : canonicalPath(input.path),
    canonicalQuery(input.query),
    headerLines.join(""),
    input.signedHeaders.join(";"),
    input.payloadHash,
  ].join("\n");
}

function canonicalPath(path: string): string {
  if (path === "/") return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.map(percentEncode).join("/")}${trailing}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "" : part.slice(equals + 1);
    if (name.toLowerCase() === "x-amz-signature") continue;
    pairs.push([percentEncode(percentDecode(name)), percentEncode(percentDecode(value))]);
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

/** Values of one name stand in one line; runs of white space count as one blank. */
function canonicalHeader(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text.trim().replace(/\s+/g, " ");
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** By code units: all compared strings are ASCII after encoding. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
