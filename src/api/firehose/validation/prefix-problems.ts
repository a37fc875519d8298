import { type PrefixProblemCode, parsePrefix } from "../../../model/prefix-template.ts";
import type { Problems } from "./problems.ts";

/** The order in which AWS looks for faults in a pair of prefixes (reference 1.9). */
const ORDER: readonly PrefixProblemCode[] = [
  "error-prefix-missing",
  "error-type-missing",
  "error-type-in-prefix",
  "invalid-namespace",
  "invalid-expression",
  "invalid-conversion",
  "too-long",
  "partition-key-in-error-prefix",
];

const ERROR_PREFIX_MISSING = "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions";

export interface Prefixes {
  readonly Prefix?: string;
  readonly ErrorOutputPrefix?: string;
}

export function* prefixProblems(prefixes: Prefixes): Problems {
  const { Prefix = "", ErrorOutputPrefix = "" } = prefixes;
  if (hasExpressions(Prefix) && ErrorOutputPrefix === "") yield ERROR_PREFIX_MISSING;
  const found = [
    ...(parsePrefix(Prefix, "prefix").problems ?? []),
    ...(ErrorOutputPrefix === "" ? [] : (parsePrefix(ErrorOutputPrefix, "error-prefix").problems ?? [])),
  ];
  for (const { message } of found.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code))) yield message;
}

export function hasExpressions(prefix: string): boolean {
  return prefix.includes("!{");
}
