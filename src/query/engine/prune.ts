import type { Comparison, Condition, Literal } from "../dialect/condition.ts";

/** What a partition key is called in a query, and what it is in one partition. */
export interface PartitionKey {
  readonly name: string;
  /** Hive's type, such as `string` or `int`. */
  readonly type: string;
  readonly value: string;
}

/** Names under which a query may speak of the table's columns: `t`, `db.t`. */
export type Qualifiers = readonly string[];

/**
 * False when no row of the partition can fulfil the condition. A part that nobody here understands fulfils and does not
 * fulfil at the same time: three-valued, so that NOT stays right.
 */
export function mayHold(condition: Condition, keys: readonly PartitionKey[], qualifiers: Qualifiers): boolean {
  return judge(condition, keys, qualifiers) !== false;
}

type Verdict = boolean | undefined;

function judge(condition: Condition, keys: readonly PartitionKey[], qualifiers: Qualifiers): Verdict {
  switch (condition.kind) {
    case "and":
      return all(condition.parts.map((part) => judge(part, keys, qualifiers)));
    case "or":
      return negate(all(condition.parts.map((part) => negate(judge(part, keys, qualifiers)))));
    case "not":
      return negate(judge(condition.part, keys, qualifiers));
    case "compare": {
      const key = findKey(condition.column, keys, qualifiers);
      return key === undefined ? undefined : compare(key, condition.operator, condition.value);
    }
    case "in": {
      const key = findKey(condition.column, keys, qualifiers);
      if (key === undefined) return undefined;
      const found = negate(all(condition.values.map((value) => negate(compare(key, "=", value)))));
      return condition.negated ? negate(found) : found;
    }
    case "unknown":
      return undefined;
  }
}

function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function negate(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}

/** The key that a column names. A longer path may be a field of something else, so it has to match as a whole. */
function findKey(
  column: readonly string[],
  keys: readonly PartitionKey[],
  qualifiers: Qualifiers,
): PartitionKey | undefined {
  const name = column.at(-1);
  const qualifier = column.slice(0, -1).join(".");
  if (qualifier !== "" && !qualifiers.includes(qualifier)) return undefined;
  return keys.find((key) => key.name === name);
}

const TEXT_TYPE = /^(string|varchar|char)\b/;
const WHOLE_NUMBER_TYPE = /^(tinyint|smallint|int|integer|bigint)\b/;

/** Undefined where the two are not of one kind: then the query says what it makes of them. */
function compare({ value, type }: PartitionKey, operator: Comparison, literal: Literal): Verdict {
  if (value === HIVE_DEFAULT_PARTITION) return undefined;
  if (TEXT_TYPE.test(type) && typeof literal === "string") {
    return holds(operator, Buffer.compare(Buffer.from(value), Buffer.from(literal)));
  }
  if (WHOLE_NUMBER_TYPE.test(type)) {
    const [left, right] = [wholeNumber(value), wholeNumber(String(literal))];
    if (left !== undefined && right !== undefined) return holds(operator, left - right);
  }
  if (/^date\b/.test(type) && DATE.test(value) && DATE.test(String(literal))) {
    return holds(operator, value < String(literal) ? -1 : value > String(literal) ? 1 : 0);
  }
  return undefined;
}

/** What Hive calls the partition of rows without a value. */
export const HIVE_DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function wholeNumber(text: string): number | undefined {
  const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

function holds(operator: Comparison, order: number): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
