import { reasonOf } from "../../model/errors.ts";

/** Ways in which a request ends without an answer that could be read. */
export type HttpFailureCode =
  /** No connection: nothing was sent. */
  | "connect-failed"
  /** The server's certificate is not believed: nothing was sent. */
  | "tls-untrusted"
  /** No TLS there, or it does not believe us: nothing was sent. */
  | "tls-failed"
  /** What we wanted to send is no HTTP, such as a header with a line break: nothing was sent. */
  | "request-invalid"
  /** No whole answer in time. */
  | "timed-out"
  /** The connection broke before the answer was whole. */
  | "connection-lost"
  /** What came is no HTTP. */
  | "answer-broken"
  /** The answer is larger than the caller reads. */
  | "answer-too-large";

/** Whoever failed so cannot know whether the server did what it was asked. */
const DOUBTFUL: ReadonlySet<HttpFailureCode> = new Set<HttpFailureCode>([
  "timed-out",
  "connection-lost",
  "answer-broken",
  "answer-too-large",
]);

const ADVICE: Readonly<Record<HttpFailureCode, string>> = {
  "connect-failed": "look at the address and the proxy, and whether the server runs",
  "tls-untrusted": "look at tls.authority and tls.serverName",
  "tls-failed": "look at the scheme of the address, and at tls.certificate and tls.key",
  "request-invalid": "look for line breaks and other control characters in the address, the secrets and the headers",
  "timed-out": "the server may be overloaded",
  "connection-lost": "the server or something on the way closed the connection",
  "answer-broken": "what listens there may be no HTTP server",
  "answer-too-large": "what answers there may be another service",
};

export interface HttpFailure {
  readonly code: HttpFailureCode;
  readonly isDoubtful: boolean;
  readonly message: string;
}

export function httpFailure(code: HttpFailureCode, where: string, reason: string): HttpFailure {
  const message = `The request to ${where} failed: ${reason}; ${ADVICE[code]}`;
  return { code, isDoubtful: DOUBTFUL.has(code), message };
}

/** What an error of Node's, OpenSSL's or undici's means. Anything unknown leaves the effect in doubt. */
export function failureCodeOf(error: unknown): HttpFailureCode {
  const reason = reasonOf(error);
  const { code, syscall, name } = errorParts(error);
  if (syscall === "connect" || syscall === "getaddrinfo" || CONNECT_CODES.test(code)) return "connect-failed";
  if (reason.startsWith("Proxy ")) return "connect-failed";
  if (TRUST_CODES.test(code)) return "tls-untrusted";
  if (TLS_CODES.test(code) || reason.includes("before secure TLS connection")) return "tls-failed";
  if (code === "UND_ERR_INVALID_ARG") return "request-invalid";
  if (ANSWER_CODES.test(code) || name === "HTTPParserError") return "answer-broken";
  return "connection-lost";
}

const CONNECT_CODES =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_CONN)$/;
/** Node's names for what OpenSSL finds wrong with a chain of certificates, and with the name in the first. */
const TRUST_CODES = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT)/;
const TLS_CODES = /^(ERR_(TLS|SSL|OSSL)|EPROTO$|UND_ERR_PRX_TLS)/;
const ANSWER_CODES = /^(HPE_|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_HEADERS_OVERFLOW)/;

function errorParts(error: unknown): { code: string; syscall: string | undefined; name: string } {
  if (!(error instanceof Error)) return { code: "", syscall: undefined, name: "" };
  const { code, syscall } = error as NodeJS.ErrnoException;
  return { code: typeof code === "string" ? code : "", syscall, name: error.name };
}
