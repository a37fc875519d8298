import type { WireError, WireErrorCode } from "./wire-error.ts";

/** The query protocol has older names for the same failures. */
const QUERY_CODES: Partial<Record<WireErrorCode, string>> = {
  AccessDeniedException: "AccessDenied",
  IncompleteSignatureException: "IncompleteSignature",
  InvalidParameterCombinationException: "InvalidParameterCombination",
  InvalidParameterValueException: "InvalidParameterValue",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  MissingRequiredParameterException: "MissingParameter",
  ServiceUnavailableException: "ServiceUnavailable",
  ThrottlingException: "Throttling",
  UnknownOperationException: "InvalidAction",
  UnrecognizedClientException: "InvalidClientTokenId",
  ValidationException: "ValidationError",
};

export function queryCodeOf(error: WireError): string {
  return QUERY_CODES[error.code] ?? error.code;
}

/** Whose fault it is, in the words of the query protocol. */
export function faultOf(error: WireError): "Receiver" | "Sender" {
  return error.status >= 500 ? "Receiver" : "Sender";
}
