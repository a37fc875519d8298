/** What a query made of one record. */
export type Answer =
  | { readonly values: Readonly<Record<string, string>>; readonly problem?: never }
  | { readonly problem: string; readonly values?: never };

/** Two engines stand behind this: closures of our own for what most queries are made of, and jq for the others. */
export interface QueryEngine {
  readonly pure: boolean;
  /** One answer per record, in order. */
  answer(records: readonly Buffer[], signal: AbortSignal): Answer[] | Promise<Answer[]>;
  close(): Promise<void>;
}
