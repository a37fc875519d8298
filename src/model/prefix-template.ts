import { createHash } from "node:crypto";
import { LakehoseError } from "./errors.ts";
import { type DatePart, hasSeconds, hasWeekBasedYear } from "./prefix/date-pattern.ts";
import { formatDate } from "./prefix/format-date.ts";
import { type PrefixPart, type PrefixProblem, type PrefixRole, parseExpressions } from "./prefix/parse-expressions.ts";

export type { PrefixProblem, PrefixProblemCode, PrefixRole } from "./prefix/parse-expressions.ts";

/**
 * The prefix language (reference 5.3): `!{timestamp:…}`, `!{firehose:…}`, `!{partitionKeyFrom…:key}` amid literal text.
 *
 * Constraints: a prefix without timestamp and without partition key ends in the implicit date `yyyy/MM/dd/HH/`, with no
 * slash put before it; an error prefix without expressions ends in the error type and that date; an error prefix with
 * expressions is exactly what they yield. All timestamps of a name share one instant: the arrival, or event time, of the oldest record.
 * A prefix is parsed once, when a definition takes effect; evaluating draws no chance and reads no clock of its own.
 */
export interface PrefixTemplate {
  readonly role: PrefixRole;
  readonly text: string;
  readonly parts: readonly PrefixPart[];
  /** What follows the parts without having been written: the error type, the date. */
  readonly implicitParts: readonly PrefixPart[];
  readonly usage: PrefixUsage;
}

export interface PrefixUsage {
  readonly hasExpressions: boolean;
  /** Written timestamps; the implicit date does not count. */
  readonly hasTimestamps: boolean;
  readonly hasImplicitDate: boolean;
  readonly hasRandomString: boolean;
  readonly hasErrorType: boolean;
  /** `YYYY` is the week-based year: 2018-12-31 falls into 2019. Deserves a warning. */
  readonly hasWeekBasedYear: boolean;
  /** Seconds or finer: nearly every object gets a folder of its own. */
  readonly hasSeconds: boolean;
  /** Names of partition keys, each once, in the order of the text. */
  readonly queryKeys: readonly string[];
  readonly lambdaKeys: readonly string[];
  /** All of them as processors name their values: `query:NAME`, `lambda:NAME`. */
  readonly partitionKeys: readonly string[];
}

export type ParsedPrefix =
  | { readonly template: PrefixTemplate; readonly problems?: never }
  | { readonly template?: never; readonly problems: readonly PrefixProblem[] };

export interface PrefixValues {
  /** What timestamps show: arrival, or event time, of the oldest record of the object. */
  readonly atMs: number;
  readonly timeZone: string;
  /** By their names: `query:NAME` and `lambda:NAME`. */
  readonly partitionValues?: Readonly<Record<string, string>>;
  /** Called once per occurrence; eleven characters. See `randomStrings`. */
  randomString(): string;
  /** `processing-failed` and the like (reference 5.3). An error prefix needs it. */
  readonly errorType?: string;
}

/** Longest evaluated prefix, the implicit date not counted (reference 1.9, 5.3). */
export const EVALUATED_PREFIX_LENGTH_MAX = 512;

const IMPLICIT_DATE: PrefixPart = { kind: "timestamp", parts: implicitDateParts() };

/** A Wednesday in September, late in the day: English names and numbers are at their longest. */
const LONGEST_INSTANT_MS = Date.UTC(2018, 8, 26, 22, 22, 22);

/** Parses one prefix by the rules of its role alone. What holds between the two prefixes is `parsePrefixes`. */
export function parsePrefix(text: string, role: PrefixRole): ParsedPrefix {
  const { parts, problems } = parseExpressions(text, role);
  if (problems.length > 0) return { problems };
  const usage = usageOf(parts, role);
  if (role === "error-prefix" && usage.hasExpressions && !usage.hasErrorType) {
    const message = "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}";
    return { problems: [{ code: "error-type-missing", message }] };
  }
  const template = { role, text, parts, implicitParts: implicitPartsOf(usage, role), usage };
  const length = evaluateParts(parts, longestValues(usage)).length;
  return length > EVALUATED_PREFIX_LENGTH_MAX ? { problems: [tooLong(role)] } : { template };
}

/**
 * Parses the prefixes of a destination together. An absent error prefix follows the prefix, which may hold no expression
 * then: errors go to `<prefix><error type>/yyyy/MM/dd/HH/`.
 */
export function parsePrefixes(naming: {
  readonly prefix?: string | undefined;
  readonly errorPrefix?: string | undefined;
}):
  | { readonly prefix: PrefixTemplate; readonly errorPrefix: PrefixTemplate; readonly problems?: never }
  | { readonly prefix?: never; readonly errorPrefix?: never; readonly problems: readonly PrefixProblem[] } {
  const prefixText = naming.prefix ?? "";
  const prefix = parsePrefix(prefixText, "prefix");
  const errorText = naming.errorPrefix ?? "";
  if (errorText === "" && prefix.template?.usage.hasExpressions) {
    const message = "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions";
    return { problems: [{ code: "error-prefix-missing", message }] };
  }
  if (prefix.problems !== undefined) return { problems: prefix.problems };
  const errorPrefix = parsePrefix(errorText === "" ? prefixText : errorText, "error-prefix");
  if (errorPrefix.problems !== undefined) return { problems: errorPrefix.problems };
  return { prefix: prefix.template, errorPrefix: errorPrefix.template };
}

/**
 * The literal start of an object's key. Throws `prefix-too-long` when the values of partition keys make it longer than
 * Firehose allows, and `partition-value-missing` when one of them is absent: both are the record's fault.
 */
export function evaluatePrefix(template: PrefixTemplate, values: PrefixValues): string {
  const written = evaluateParts(template.parts, values);
  if (written.length > EVALUATED_PREFIX_LENGTH_MAX) {
    throw new LakehoseError("prefix-too-long", `${tooLong(template.role).message}: it is ${written.length}`);
  }
  return written + evaluateParts(template.implicitParts, values);
}

/** Strings for `!{firehose:random-string}` that are the same again for the same seed: the start of a uuid, as AWS's look. */
export function randomStrings(seed: string): () => string {
  let drawn = 0;
  return () => {
    const hex = createHash("sha256").update(`random-string ${drawn++} ${seed}`).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 10)}`;
  };
}

function evaluateParts(parts: readonly PrefixPart[], values: PrefixValues): string {
  let text = "";
  for (const part of parts) text += evaluatePart(part, values);
  return text;
}

function evaluatePart(part: PrefixPart, values: PrefixValues): string {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "timestamp":
      return formatDate(part.parts, values.atMs, values.timeZone);
    case "random-string":
      return values.randomString();
    case "error-output-type":
      return errorTypeOf(values);
    case "partition-key": {
      const value = values.partitionValues?.[partitionKeyName(part)];
      if (value !== undefined) return value;
      throw new LakehoseError(
        "partition-value-missing",
        `Expected a value for the partition key ${part.key}, got none`,
      );
    }
  }
}

/** How processors name the value that a partition key of a prefix stands for. */
function partitionKeyName({ namespace, key }: Extract<PrefixPart, { readonly kind: "partition-key" }>): string {
  return namespace === "partitionKeyFromQuery" ? `query:${key}` : `lambda:${key}`;
}

function errorTypeOf(values: PrefixValues): string {
  if (values.errorType !== undefined) return values.errorType;
  throw new LakehoseError("error-type-absent", "Expected an error type to evaluate an error prefix, got none");
}

function implicitPartsOf(usage: PrefixUsage, role: PrefixRole): readonly PrefixPart[] {
  if (!usage.hasImplicitDate) return [];
  if (role === "prefix") return [IMPLICIT_DATE];
  return [{ kind: "error-output-type" }, { kind: "literal", text: "/" }, IMPLICIT_DATE];
}

function usageOf(parts: readonly PrefixPart[], role: PrefixRole): PrefixUsage {
  const timestamps = parts.filter((part) => part.kind === "timestamp");
  const keys = (namespace: string) => [
    ...new Set(
      parts.flatMap((part) => (part.kind === "partition-key" && part.namespace === namespace ? [part.key] : [])),
    ),
  ];
  const hasExpressions = parts.some((part) => part.kind !== "literal");
  const hasPartitionKeys = parts.some((part) => part.kind === "partition-key");
  return {
    hasExpressions,
    hasTimestamps: timestamps.length > 0,
    hasImplicitDate: role === "prefix" ? timestamps.length === 0 && !hasPartitionKeys : !hasExpressions,
    hasRandomString: parts.some((part) => part.kind === "random-string"),
    hasErrorType: parts.some((part) => part.kind === "error-output-type"),
    hasWeekBasedYear: timestamps.some(hasWeekBasedYear),
    hasSeconds: timestamps.some(hasSeconds),
    queryKeys: keys("partitionKeyFromQuery"),
    lambdaKeys: keys("partitionKeyFromLambda"),
    partitionKeys: [
      ...new Set(parts.flatMap((part) => (part.kind === "partition-key" ? [partitionKeyName(part)] : []))),
    ],
  };
}

/** Values for the check at creation: partition keys are not known yet and count as nothing. */
function longestValues(usage: PrefixUsage): PrefixValues {
  return {
    atMs: LONGEST_INSTANT_MS,
    timeZone: "UTC",
    partitionValues: Object.fromEntries(usage.partitionKeys.map((key) => [key, ""])),
    randomString: () => "0".repeat(11),
    errorType: "format-conversion-failed",
  };
}

function tooLong(role: PrefixRole): PrefixProblem {
  const subject = role === "prefix" ? "prefix" : "ErrorOutputPrefix";
  const message = `Length of evaluated ${subject} cannot be greater than ${EVALUATED_PREFIX_LENGTH_MAX}`;
  return { code: "too-long", message };
}

function implicitDateParts(): readonly DatePart[] {
  const slash: DatePart = { kind: "literal", text: "/" };
  const field = (letter: string, count: number): DatePart => ({ kind: "field", letter, count });
  return [field("y", 4), slash, field("M", 2), slash, field("d", 2), slash, field("H", 2), slash];
}
