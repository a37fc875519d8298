/** One rule taken out of the product: in each file an exact text, which has to be there once, gives way to another. */
export interface Mutation {
  /** Name of the rule in the guarantees, with a letter where one rule has several walls. */
  readonly rule: string;
  /** What is gone. */
  readonly removed: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export function take(rule: string, removed: string, file: string, from: string, to: string): Mutation {
  return { rule, removed, edits: [{ file, from, to }] };
}
