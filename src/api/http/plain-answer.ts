import { StreamError } from "../../streams/stream-error.ts";
import type { HttpAnswer } from "../protocol/http.ts";
import type { WireError, WireErrorCode } from "../protocol/wire-error.ts";

/** How a failure reads to a person with curl: status, and what to do about it. */
const PLAIN_FORMS: Partial<Record<WireErrorCode, { readonly status: number; readonly action: string }>> = {
  AccessDeniedException: { status: 403, action: "Ask for a token whose rules allow this." },
  InternalFailure: { status: 500, action: "Send the request again; if it goes on, look into the server's log." },
  InvalidArgumentException: { status: 400, action: "Change the request as the message says." },
  InvalidSignatureException: {
    status: 401,
    action: "Sign the body as it is sent, with a secret of the configuration.",
  },
  MissingAuthenticationTokenException: { status: 401, action: "Send a token from the configuration." },
  RequestEntityTooLargeException: { status: 413, action: "Send less at a time, or have the limits lifted." },
  RequestTimeoutException: { status: 408, action: "Send the request again." },
  ResourceNotFoundException: { status: 404, action: "Check the name of the stream and that it is ACTIVE." },
  SerializationException: { status: 400, action: "Change the body as the message says." },
  ServiceUnavailableException: { status: 503, action: "Wait a moment and send the same request again." },
  ThrottlingException: { status: 429, action: "Wait a moment and send the same request again, then fewer at a time." },
  UnrecognizedClientException: { status: 401, action: "Send a token from the configuration." },
  UnsupportedMediaTypeException: { status: 415, action: "Send the body in one of the forms that the message names." },
  UnsupportedContentEncodingException: { status: 415, action: "Send the body as it is, or packed by gzip or zstd." },
};

export function plainAnswer(status: number, body: object, requestId: string): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json", "x-request-id": requestId },
    body: `${JSON.stringify(body)}\n`,
  };
}

export function plainError(error: WireError, requestId: string): HttpAnswer {
  const code = plainCodeOf(error);
  const status = plainStatusOf(error);
  const action = PLAIN_FORMS[code]?.action ?? "Change the request as the message says.";
  const answer = plainAnswer(status, { code, message: error.message, action }, requestId);
  const again = status === 429 || status === 503 ? { "retry-after": RETRY_AFTER_S } : {};
  return { ...answer, headers: { ...answer.headers, ...again } };
}

const RETRY_AFTER_S = "1";

export function plainStatusOf(error: WireError): number {
  return PLAIN_FORMS[plainCodeOf(error)]?.status ?? error.status;
}

/** AWS says the same of a full stream and of a producer above its rate; the web has a status for each. */
function plainCodeOf({ code, cause }: WireError): WireErrorCode {
  const overRate = cause instanceof StreamError && cause.details.reason === "rate";
  return overRate ? "ThrottlingException" : code;
}
