import { reasonOf } from "../model/errors.ts";
import { DestinationError } from "./destination-error.ts";

/** What never left, or was refused before anything was done: the service cannot have taken it. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CredentialsProviderError"]);

const ACCESS_DENIED = /AccessDenied|NotAuthorized/;
const CREDENTIALS =
  /Credentials|Signature|SecurityToken|InvalidClientTokenId|InvalidSecurity|ExpiredToken|AuthenticationToken/;

export interface AwsTarget {
  /** For people: `stream clicks`. */
  readonly name: string;
  /** Begins the codes of the delivery's log: `Kinesis`. */
  readonly service: string;
  /** What the writer has to be allowed. */
  readonly rights: string;
}

/** A request that failed as a whole. Tried again for as long as the stream asks, because rights and queues can be mended. */
export function awsFailure(error: unknown, { name, service, rights }: AwsTarget): DestinationError {
  const code = codeOf(error);
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const advice = adviceOn(code, rights);
  const message = `${name}: ${reasonOf(error) || code}${advice === undefined ? "" : `; ${advice}`}`;
  const isDoubtful = status === undefined ? !NOT_SENT.has(code) : status >= 500;
  const logCode = `${service}.${status === undefined ? "ConnectionFailed" : code}`;
  return new DestinationError("aws-failed", message, { retriable: true, logCode, isDoubtful, cause: error });
}

function adviceOn(code: string, rights: string): string | undefined {
  if (ACCESS_DENIED.test(code)) return `grant ${rights}`;
  return CREDENTIALS.test(code) ? "look at credentials, or at the AWS chain" : undefined;
}

/** Node's for what happened on the way, else the name that the service gave it. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "Unknown";
}
