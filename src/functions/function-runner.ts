/** Runs one function in one kind of place. */
export interface FunctionRunner {
  readonly target: "local" | "lambda" | "url";
  /** Resolves to the reply's bytes; rejects with `FunctionError`, or with the signal's reason once that is aborted. */
  invoke(invocation: Invocation): Promise<Buffer>;
  /** See `FunctionInvoker`. */
  codeDigest(qualifier: string | undefined): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Invocation {
  readonly id: string;
  readonly functionArn: string;
  /** Version, alias or `$LATEST`, when the caller named one. */
  readonly qualifier?: string;
  readonly payload: Buffer;
  readonly replyBytesMax: number;
  /** See `FunctionRequest`. */
  readonly code?: string;
  readonly signal: AbortSignal;
}
