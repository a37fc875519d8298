import type { HttpAnswer } from "../protocol/http.ts";
import type { WireError, WireErrorCode } from "../protocol/wire-error.ts";

/** How a failure reads to a person with curl: status, and what to do about it. */
const PLAIN_FORMS: Partial<Record<WireErrorCode, { readonly status: number; readonly action: string }>> = {
  AccessDeniedException: { status: 403, action: "Ask for a token whose rules allow this." },
  InternalFailure: { status: 500, action: "Send the request again; if it goes on, look into the server's log." },
  InvalidArgumentException: { status: 400, action: "Change the request as the message says." },
  MissingAuthenticationTokenException: { status: 401, action: "Send a token from the configuration." },
  RequestEntityTooLargeException: { status: 413, action: "Send less at a time, or have the limits lifted." },
  RequestTimeoutException: { status: 408, action: "Send the request again." },
  ResourceNotFoundException: { status: 404, action: "Check the name of the stream and that it is ACTIVE." },
  SerializationException: { status: 400, action: "Change the body as the message says." },
  ServiceUnavailableException: { status: 503, action: "Wait a moment and send the same request again." },
  UnrecognizedClientException: { status: 401, action: "Send a token from the configuration." },
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
  const form = PLAIN_FORMS[error.code];
  const { code, message } = error;
  const action = form?.action ?? "Change the request as the message says.";
  return plainAnswer(form?.status ?? error.status, { code, message, action }, requestId);
}
