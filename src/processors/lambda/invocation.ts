import { FunctionError, type FunctionErrorCode } from "../../functions/function-invoker.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { ProcessorDependencies } from "../processor.ts";
import { type LambdaEvent, setInvocationId, withInvocationId } from "./lambda-event.ts";

/**
 * One event until it has an answer or no attempts left. Every failure counts as an attempt, whoever is to blame, as it does
 * at AWS: a function that is gone for long ends in the error output, from which its records can be redriven, and does not
 * hold the stream back for ever. What never gets better by trying again is not tried again.
 */
export interface Invocation {
  readonly functionArn: string;
  /** Digest of the code that the plan names. */
  readonly plannedCode: string | undefined;
  readonly event: LambdaEvent;
  readonly replyBytesMax: number;
  /** Further attempts after the first. */
  readonly retries: number;
  readonly signal: AbortSignal;
}

export type Answer =
  | { readonly reply: Buffer; readonly attempts: number; readonly failure?: never }
  | { readonly failure: FunctionError; readonly attempts: number; readonly reply?: never };

/** A function that threw may do better at once; one that is overrun or away needs time. */
const PATIENT = { firstMs: 1000, maxMs: 30_000 };
const BACKOFF: Partial<Record<FunctionErrorCode, { readonly firstMs: number; readonly maxMs: number }>> = {
  "function-error": { firstMs: 100, maxMs: 10_000 },
  timeout: { firstMs: 100, maxMs: 10_000 },
  throttled: PATIENT,
  unreachable: PATIENT,
};

/** Resolves in any case but two: `signal` was aborted, or the invoker broke its contract. */
export async function invokeUntilAnswered(
  invocation: Invocation,
  { functions, clock, random }: Pick<ProcessorDependencies, "functions" | "clock" | "random">,
): Promise<Answer> {
  const { functionArn, plannedCode, event, replyBytesMax, retries, signal } = invocation;
  const code = plannedCode === undefined ? {} : { code: plannedCode };
  for (let attempts = 1; ; attempts++) {
    const payload = attempts === 1 ? setInvocationId(event, random) : withInvocationId(event, random);
    try {
      return { reply: await functions.invoke({ functionArn, payload, replyBytesMax, ...code, signal }), attempts };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FunctionError)) throw error;
      const backoff = BACKOFF[error.code];
      if (backoff === undefined || attempts > retries) return { failure: error, attempts };
      await clock.sleep(backoffMs(attempts, random, backoff), signal);
    }
  }
}

/** Fewer records at a time may help. */
export function isTooLarge({ code }: FunctionError): boolean {
  return code === "request-too-large" || code === "reply-too-large";
}

export const REQUEST_TOO_LARGE = "Lambda.RequestTooLarge";

/** Codes of AWS, and two of ours for what cannot happen there. */
const FAILURE_CODES: Readonly<Record<FunctionErrorCode, string>> = {
  "function-error": "Lambda.FunctionError",
  timeout: "Lambda.FunctionError",
  "reply-too-large": "Lambda.FunctionError",
  "request-too-large": REQUEST_TOO_LARGE,
  throttled: "Lambda.InvokeLimitExceeded",
  "not-found": "Lambda.ResourceNotFound",
  denied: "Lambda.InvokeAccessDenied",
  unreachable: "Lambda.Unreachable",
};

/** AWS's sentence for all of them; the reason follows it. */
const FUNCTION_ERROR = "The Lambda function was successfully invoked but it returned an error result.";

/** How records are rejected whose function gave no answer. */
export function describeFailure({ code, message }: FunctionError): { readonly code: string; readonly message: string } {
  const wire = FAILURE_CODES[code];
  return { code: wire, message: wire === "Lambda.FunctionError" ? `${FUNCTION_ERROR} ${message}` : message };
}
