/** What a query made of one record. */
export type Answer =
  | { readonly values: Readonly<Record<string, string>>; readonly problem?: never }
  | { readonly problem: string; readonly values?: never };

/** Two engines stand behind this: closures of our own for what most queries are made of, and jq for the others. */
export type QueryEngine = CompiledEngine | CallingEngine;

/** Answers at once, and the same for ever. */
export interface CompiledEngine {
  readonly pure: true;
  answer(record: Buffer): Answer;
}

/** Has a price per call. */
export interface CallingEngine {
  readonly pure: false;
  /** One answer per record, in order. */
  answer(records: readonly Buffer[], signal: AbortSignal): Promise<Answer[]>;
  close(): Promise<void>;
}
