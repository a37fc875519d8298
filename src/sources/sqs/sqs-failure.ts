import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { type SqsOptions, upstreamOf } from "./sqs-options.ts";

interface Verdict {
  readonly code: string;
  readonly advice: string;
}

const NOT_FOUND: Verdict = {
  code: "queue-not-found",
  advice: "create the queue, or look at its name, account and region",
};
const DENIED: Verdict = {
  code: "access-denied",
  advice:
    "grant sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility and, with queueName, sqs:GetQueueUrl; for an encrypted queue kms:Decrypt too",
};
const CREDENTIALS: Verdict = { code: "credentials-refused", advice: "look at credentials, or at the AWS chain" };
const THROTTLED: Verdict = { code: "throttled", advice: "set fewer receivers, or ask for a higher quota" };
const OVER_LIMIT: Verdict = {
  code: "too-many-in-flight",
  advice: "too many messages of the queue are received and not deleted: look for other readers",
};

/** Errors by the names of SQS's API, of its older query protocol, and of AWS's common errors. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  QueueDoesNotExist: NOT_FOUND,
  QueueDeletedRecently: NOT_FOUND,
  "AWS.SimpleQueueService.NonExistentQueue": NOT_FOUND,
  AccessDenied: DENIED,
  AccessDeniedException: DENIED,
  KmsAccessDenied: DENIED,
  CredentialsProviderError: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  ExpiredTokenException: CREDENTIALS,
  IncompleteSignature: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  InvalidSecurity: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  KmsThrottled: THROTTLED,
  RequestThrottled: THROTTLED,
  ThrottlingException: THROTTLED,
  OverLimit: OVER_LIMIT,
};

/** A failure of SQS's or of the way to it, in our words. */
export function sqsFailure(error: unknown, options: SqsOptions): LakehoseError {
  if (error instanceof LakehoseError) return error;
  const name = error instanceof Error ? error.name : "";
  const verdict = VERDICTS[name] ?? verdictOnStatus(error);
  const reason = reasonOf(error) || name;
  if (verdict === undefined)
    return new LakehoseError(codeOf(error, name), `${upstreamOf(options)}: ${reason}`, { cause: error });
  return new LakehoseError(verdict.code, `${upstreamOf(options)}: ${reason}; ${verdict.advice}`, { cause: error });
}

/** Servers that speak SQS's language have names of their own. */
function verdictOnStatus(error: unknown): Verdict | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  if ($metadata?.httpStatusCode === 403) return DENIED;
  return $metadata?.httpStatusCode === 429 ? THROTTLED : undefined;
}

function codeOf(error: unknown, name: string): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : name || "unknown";
}
