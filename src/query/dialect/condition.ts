/**
 * What a WHERE says about single columns, as far as partitions can be judged by it. Everything else is `unknown`, which
 * never rules a partition out.
 */
export type Condition =
  | { readonly kind: "compare"; readonly column: ColumnPath; readonly operator: Comparison; readonly value: Literal }
  | { readonly kind: "in"; readonly column: ColumnPath; readonly values: readonly Literal[]; readonly negated: boolean }
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | { readonly kind: "unknown" };

/** A column as it was written: `["year"]`, `["t", "year"]`, `["db", "t", "year"]`. */
export type ColumnPath = readonly string[];

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Literal = string | number;

export const UNKNOWN: Condition = { kind: "unknown" };
