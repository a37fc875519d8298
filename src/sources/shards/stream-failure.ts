import { LakehoseError, reasonOf } from "../../model/errors.ts";

/** What to do, in the words of the kind of stream. */
export interface StreamAdvice {
  readonly notFound: string;
  /** What a reader has to be allowed. */
  readonly rights: string;
}

type Verdict = "stream-not-found" | "access-denied" | "credentials-refused" | "throttled";

/** Errors by the names of both streams' APIs and of AWS's common errors. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  ResourceNotFoundException: "stream-not-found",
  AccessDeniedException: "access-denied",
  KMSAccessDeniedException: "access-denied",
  CredentialsProviderError: "credentials-refused",
  ExpiredTokenException: "credentials-refused",
  IncompleteSignatureException: "credentials-refused",
  InvalidSignatureException: "credentials-refused",
  MissingAuthenticationTokenException: "credentials-refused",
  UnrecognizedClientException: "credentials-refused",
  KMSThrottlingException: "throttled",
  LimitExceededException: "throttled",
  ProvisionedThroughputExceededException: "throttled",
  ThrottlingException: "throttled",
};

export function isThrottled(error: unknown): boolean {
  return error instanceof Error && VERDICTS[error.name] === "throttled";
}

/** A failure of AWS's or of the way to it, in our words. `upstream`: what is read, for people. */
export function streamFailure(error: unknown, upstream: string, advice: StreamAdvice): LakehoseError {
  if (error instanceof LakehoseError) return error;
  const name = error instanceof Error ? error.name : "";
  const verdict = VERDICTS[name];
  const reason = reasonOf(innermost(error)) || name;
  const cause = { cause: error };
  if (verdict === undefined) return new LakehoseError(codeOf(error, name), `${upstream}: ${reason}`, cause);
  return new LakehoseError(verdict, `${upstream}: ${reason}; ${adviceOn(verdict, advice)}`, cause);
}

function adviceOn(verdict: Verdict, { notFound, rights }: StreamAdvice): string {
  if (verdict === "stream-not-found") return notFound;
  if (verdict === "access-denied") return `grant ${rights}`;
  if (verdict === "throttled") return "raise pollIntervalMs, or look for other consumers";
  return "look at credentials, or at the AWS chain";
}

/** A name with several addresses fails once for each. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.message === "" ? error.errors[0] : error;
}

function codeOf(error: unknown, name: string): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : name || "unknown";
}
