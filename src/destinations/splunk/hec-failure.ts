import { DestinationError } from "../destination-error.ts";
import type { HttpAnswer } from "../http-client/http-client.ts";

/** What AWS's delivery log calls it when no answer comes (reference 8.3). */
export const LOG_CODES = {
  "connect-failed": "Splunk.ConnectionTimeout",
  "timed-out": "Splunk.ConnectionTimeout",
  "connection-lost": "Splunk.ConnectionClosed",
  "tls-untrusted": "Splunk.SSLUnverified",
  "tls-failed": "Splunk.SSLHandshake",
  "answer-broken": "Splunk.InvalidEndpoint",
  "answer-too-large": "Splunk.InvalidEndpoint",
} as const;

/** Codes in the answers of HEC (Splunk, "Troubleshoot HTTP Event Collector"), and what AWS's delivery log calls them. */
const BY_HEC_CODE: Readonly<Record<number, string>> = {
  1: "Splunk.DisabledToken",
  2: "Splunk.InvalidToken",
  3: "Splunk.InvalidToken",
  4: "Splunk.InvalidToken",
  5: "Splunk.InvalidDataFormat",
  6: "Splunk.InvalidDataFormat",
  7: "Splunk.InvalidIndex",
  10: "Splunk.ProxyWithoutStickySessions",
  11: "Splunk.ProxyWithoutStickySessions",
  12: "Splunk.InvalidDataFormat",
  13: "Splunk.InvalidDataFormat",
  14: "Splunk.DisabledAck",
  15: "Splunk.InvalidDataFormat",
  16: "Splunk.InvalidToken",
};

const BY_STATUS: Readonly<Record<number, string>> = {
  401: "Splunk.InvalidToken",
  403: "Splunk.InvalidToken",
  404: "Splunk.InvalidEndpoint",
  405: "Splunk.InvalidEndpoint",
  413: "Splunk.InvalidDataFormat",
};

const ADVICE: Readonly<Record<string, string>> = {
  "Splunk.DisabledAck": "; switch indexer acknowledgement on for the token",
  "Splunk.DisabledToken": "; switch the token on",
  "Splunk.InvalidEndpoint": "; look at the address of the HTTP Event Collector",
  "Splunk.InvalidIndex": "; look at the indexes that the token allows",
  "Splunk.ProxyWithoutStickySessions": "; switch sticky sessions on in what stands before Splunk",
};

/** `data-refused`: it is about records and not about Splunk, so fewer of them may fare better. */
export const DATA_REFUSED = "data-refused";

/** Anything but 200 with the code 0. */
export function hecFailure(answer: HttpAnswer, place: string): DestinationError {
  const { status } = answer;
  const text = answer.body.toString("utf8");
  const { code } = hecAnswer(answer) ?? {};
  const known = typeof code === "number" ? BY_HEC_CODE[code] : undefined;
  const logCode = known ?? BY_STATUS[status] ?? (status < 400 ? "Splunk.InvalidEndpoint" : "Splunk.ServerError");
  const message = `${place} answered ${status}: ${excerpt(text)}${ADVICE[logCode] ?? ""}`;
  const isDoubtful = status < 300 || status === 502 || status === 504;
  const isData = logCode === "Splunk.InvalidDataFormat";
  return new DestinationError(isData ? DATA_REFUSED : "refused", message, { retriable: true, logCode, isDoubtful });
}

export function hecError(code: string, logCode: string, message: string): DestinationError {
  const advised = `${message}${ADVICE[logCode] ?? ""}`;
  return new DestinationError(code, advised, { retriable: true, logCode, isDoubtful: true });
}

/** The JSON object of an answer, if it is one. */
export function hecAnswer({ body }: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const EXCERPT_LENGTH_MAX = 1000;

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim().slice(0, EXCERPT_LENGTH_MAX);
  return line === "" ? "nothing" : line;
}
