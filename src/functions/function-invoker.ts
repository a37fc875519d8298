/**
 * Calls user code by its ARN or name, wherever the configuration says that it runs: a folder of ours, AWS Lambda, an HTTP
 * address. The caller knows payloads and failures, never processes or peers.
 */
export interface FunctionInvoker {
  /**
   * One request-response invocation. Resolves to the reply's bytes. Rejects with `FunctionError`; never with anything
   * else, except when `signal` is aborted.
   */
  invoke(request: FunctionRequest): Promise<Buffer>;
  /**
   * What the code is now: changes when it does, so that a change can be a plan. `undefined` where nobody can know, as
   * with `$LATEST` of a remote function.
   */
  codeDigest(functionArn: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface FunctionRequest {
  /** A function name, `name:qualifier`, or an ARN of Lambda with or without qualifier. */
  readonly functionArn: string;
  readonly payload: Buffer;
  /** Longest reply that the caller takes, bytes. Beyond it: `FunctionError` of code `reply-too-large`. */
  readonly replyBytesMax: number;
  /**
   * Digest of the code that the call was planned with. It runs as long as a process of it is there, also when other code
   * has come meanwhile; else the code that has come. Never any that it replaced. Absent = what is there now.
   */
  readonly code?: string;
  readonly signal: AbortSignal;
}

export type FunctionErrorCode =
  /** The handler threw or answered with an error, its process died, or it was killed for its memory. */
  | "function-error"
  | "timeout"
  | "reply-too-large"
  | "request-too-large"
  | "throttled"
  | "not-found"
  | "denied"
  /** The place where it runs could not be reached. */
  | "unreachable";

/** An invocation that gave no reply. Everything but `not-found`, `denied` and the sizes is worth another attempt. */
export class FunctionError extends Error {
  readonly code: FunctionErrorCode;

  constructor(code: FunctionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FunctionError";
    this.code = code;
  }
}
