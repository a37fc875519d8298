import { type DatePart, parseDatePattern } from "./date-pattern.ts";

/** One piece of a prefix: literal text or an expression `!{namespace:value}`. */
export type PrefixPart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "timestamp"; readonly parts: readonly DatePart[] }
  | { readonly kind: "random-string" }
  | { readonly kind: "error-output-type" }
  | { readonly kind: "partition-key"; readonly namespace: PartitionKeyNamespace; readonly key: string };

export type PartitionKeyNamespace = "partitionKeyFromQuery" | "partitionKeyFromLambda";

export type PrefixProblemCode =
  | "invalid-namespace"
  | "invalid-expression"
  | "invalid-conversion"
  | "error-type-in-prefix"
  | "error-type-missing"
  | "partition-key-in-error-prefix"
  | "error-prefix-missing"
  | "too-long";

export interface PrefixProblem {
  readonly code: PrefixProblemCode;
  /** Firehose's own text (reference 1.9). */
  readonly message: string;
  /** What exactly, where Firehose's text does not say it. */
  readonly detail?: string;
}

export type PrefixRole = "prefix" | "error-prefix";

const OPENING = "!{";

/** Cuts a prefix into its pieces. Every problem is reported, in the order of the text. */
export function parseExpressions(
  text: string,
  role: PrefixRole,
): { readonly parts: readonly PrefixPart[]; readonly problems: readonly PrefixProblem[] } {
  const parts: PrefixPart[] = [];
  const problems: PrefixProblem[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf(OPENING, at);
    if (open !== at) parts.push({ kind: "literal", text: text.slice(at, open === -1 ? undefined : open) });
    if (open === -1) break;
    const close = text.indexOf("}", open);
    const expression = close === -1 ? undefined : text.slice(open + OPENING.length, close);
    if (expression === undefined || expression.includes(OPENING)) {
      problems.push({ code: "invalid-expression", message: "Invalid expression usage", detail: text.slice(open) });
      break;
    }
    const read = readExpression(expression, role);
    if ("kind" in read) parts.push(read);
    else problems.push(read);
    at = close + 1;
  }
  return { parts, problems };
}

function readExpression(expression: string, role: PrefixRole): PrefixPart | PrefixProblem {
  const colon = expression.indexOf(":");
  if (colon === -1) return { code: "invalid-expression", message: "Invalid expression usage", detail: expression };
  const namespace = expression.slice(0, colon);
  const value = expression.slice(colon + 1);
  switch (namespace) {
    case "timestamp":
      return readTimestamp(value, role);
    case "firehose":
      return readFirehose(value, role);
    case "partitionKeyFromQuery":
    case "partitionKeyFromLambda":
      return readPartitionKey(namespace, value, role);
    default:
      return {
        code: "invalid-namespace",
        message: `Namespace to the left of colon (${namespace}) is an invalid keyword!`,
      };
  }
}

function readTimestamp(value: string, role: PrefixRole): PrefixPart | PrefixProblem {
  if (value === "") return invalidConversion(role, "the pattern is empty");
  const pattern = parseDatePattern(value);
  if ("reason" in pattern) return invalidConversion(role, pattern.reason);
  return { kind: "timestamp", parts: pattern.parts };
}

function readFirehose(value: string, role: PrefixRole): PrefixPart | PrefixProblem {
  if (value === "random-string") return { kind: "random-string" };
  if (value !== "error-output-type") return invalidConversion(role, `firehose:${value} is unknown`);
  if (role === "error-prefix") return { kind: "error-output-type" };
  return {
    code: "error-type-in-prefix",
    message: "Prefix must not contain any occurrence of !{firehose:error-output-type}",
  };
}

function readPartitionKey(namespace: PartitionKeyNamespace, key: string, role: PrefixRole): PrefixPart | PrefixProblem {
  if (role === "error-prefix") {
    return {
      code: "partition-key-in-error-prefix",
      message: "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
    };
  }
  if (key === "") return invalidConversion(role, "the partition key has no name");
  return { kind: "partition-key", namespace, key };
}

function invalidConversion(role: PrefixRole, detail: string): PrefixProblem {
  const member = role === "prefix" ? "Prefix" : "ErrorOutputPrefix";
  return {
    code: "invalid-conversion",
    message: `Invalid conversion character used in the value of the expression in ${member}`,
    detail,
  };
}
