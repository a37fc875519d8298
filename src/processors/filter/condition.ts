import type { FieldPath } from "../../model/fields/field-path.ts";

/**
 * Conditions on a record:
 *
 * condition  = any
 * any        = all { "or" all }
 * all        = one { "and" one }
 * one        = "not" one | "(" any ")" | "exists" path | path test
 * test       = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *            | "in" "[" value { "," value } "]" | "matches" JSON string
 * value      = JSON string, number, true, false, null
 *
 * `path` is a field path; a field that is called like a word of the language stands in double quotes.
 */
export type Condition =
  | { readonly kind: "any" | "all"; readonly conditions: readonly Condition[] }
  | { readonly kind: "not"; readonly condition: Condition }
  | { readonly kind: "exists"; readonly path: FieldPath }
  | { readonly kind: "order"; readonly path: FieldPath; readonly order: Order; readonly literal: Literal }
  | { readonly kind: "in"; readonly path: FieldPath; readonly literals: readonly Literal[] }
  | { readonly kind: "matches"; readonly path: FieldPath; readonly pattern: RegExp };

export type Order = "<" | "<=" | ">" | ">=";

/** A value of the condition; numbers as they are written, so that long ones stay exact. */
export interface Literal {
  readonly kind: "string" | "number" | "boolean" | "null";
  readonly text: string;
}
