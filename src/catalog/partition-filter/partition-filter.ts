import type { TableColumn } from "../table.ts";
import {
  type Comparable,
  type ComparedAs,
  commonComparison,
  comparableOf,
  comparedAsOf,
  NULL_PARTITION_VALUE,
} from "./comparable.ts";
import { filterError } from "./filter-error.ts";
import { likePattern } from "./like.ts";
import { type CompareOperator, type Condition, type Operand, parseFilter } from "./parse.ts";

/** Whether the partition of these values is one of those that were asked for. */
export type PartitionFilter = (values: readonly string[]) => boolean;

/**
 * A filter over the partitions of a table with these keys, in the grammar of `parseFilter`. Names know no letter case.
 *
 * Values are compared by the types of their keys, texts as what they stand beside: '05' = 5 where the key is an int, and
 * also where the key is a string and the literal a number. As in SQL, comparing with what is absent (Hive's default
 * partition, or a text that is no value of its key's type) is neither true nor false, and only what is true is kept.
 *
 * Throws a `CatalogError` `invalid` that names the place in the expression.
 */
export function partitionFilter(expression: string, keys: readonly TableColumn[]): PartitionFilter {
  const test = new Compiler(keys).test(parseFilter(expression));
  return (values) => test(values) === true;
}

/** SQL's three answers; `undefined` is "unknown". */
type Test = (values: readonly string[]) => boolean | undefined;
type Reader = (values: readonly string[]) => Comparable | undefined;

class Compiler {
  readonly #keys: readonly TableColumn[];
  readonly #readers = new Map<string, Reader>();

  constructor(keys: readonly TableColumn[]) {
    this.#keys = keys;
  }

  test(condition: Condition): Test {
    switch (condition.kind) {
      case "and":
        return all(condition.conditions.map((one) => this.test(one)));
      case "or":
        return some(condition.conditions.map((one) => this.test(one)));
      case "not":
        return not(this.test(condition.condition));
      case "compare":
        return this.#compare(condition.operator, condition.left, condition.right);
      case "between": {
        const { operand, low, high } = condition;
        return all([this.#compare(">=", operand, low), this.#compare("<=", operand, high)]);
      }
      case "in":
        return this.#among(condition.operand, condition.among);
      case "like": {
        const read = this.#reader(condition.operand, "text");
        const matches = likePattern(condition.pattern);
        return (values) => {
          const text = read(values);
          return text === undefined ? undefined : matches(String(text));
        };
      }
      case "is-null": {
        const read = this.#reader(condition.operand, this.#comparedAs(condition.operand));
        return (values) => read(values) === undefined;
      }
    }
  }

  #compare(operator: CompareOperator, left: Operand, right: Operand): Test {
    const as = this.#common([left, right]);
    const [readLeft, readRight] = [this.#reader(left, as), this.#reader(right, as)];
    const holds = HOLDS[operator];
    return (values) => {
      const [a, b] = [readLeft(values), readRight(values)];
      return a === undefined || b === undefined ? undefined : holds(a, b);
    };
  }

  /** A set rather than a chain of comparisons: lists are long, and there are many partitions. */
  #among(operand: Operand, among: readonly Operand[]): Test {
    const as = this.#common([operand, ...among]);
    const read = this.#reader(operand, as);
    const members = new Set(among.map((member) => this.#reader(member, as)([])));
    return (values) => {
      const value = read(values);
      return value === undefined ? undefined : members.has(value);
    };
  }

  #common(operands: readonly Operand[]): ComparedAs {
    let common: ComparedAs = "text";
    for (const operand of operands) {
      const as = this.#comparedAs(operand);
      const next = commonComparison(common, as);
      if (next === undefined) throw filterError(operand.position, `a ${as} cannot be compared with a ${common}`);
      common = next;
    }
    return common;
  }

  #comparedAs(operand: Operand): ComparedAs {
    if (operand.kind === "literal") return operand.type;
    const { type = "string" } = this.#key(operand.name, operand.position).key;
    const as = comparedAsOf(type);
    if (as !== undefined) return as;
    throw filterError(operand.position, `partition key ${operand.name} is a ${type}, which no filter can compare`);
  }

  #reader(operand: Operand, as: ComparedAs): Reader {
    if (operand.kind === "literal") {
      const { text, position } = operand;
      const value = comparableOf(text, as);
      if (value === undefined) throw filterError(position, `'${text}' is no ${as}, and stands where one is compared`);
      return () => value;
    }
    const { index } = this.#key(operand.name, operand.position);
    const known = this.#readers.get(`${index} ${as}`);
    if (known !== undefined) return known;
    const made = keyReader(index, as);
    this.#readers.set(`${index} ${as}`, made);
    return made;
  }

  #key(name: string, position: number): { readonly key: TableColumn; readonly index: number } {
    const index = this.#keys.findIndex((key) => key.name.toLowerCase() === name.toLowerCase());
    const key = this.#keys[index];
    if (key !== undefined) return { key, index };
    const names = this.#keys.map((key) => key.name).join(", ");
    const advice = "texts stand in single quotes";
    throw filterError(position, `there is no partition key ${name}; the keys are ${names}, and ${advice}`);
  }
}

/** Remembers the last text: neighbours in order mostly have the same, and one filter may ask for it many times. */
function keyReader(index: number, as: ComparedAs): Reader {
  let lastText: string | undefined;
  let last: Comparable | undefined;
  return (values) => {
    const text = values[index];
    if (text === undefined || text === NULL_PARTITION_VALUE) return undefined;
    if (text !== lastText) {
      last = comparableOf(text, as);
      lastText = text;
    }
    return last;
  };
}

const HOLDS: Readonly<Record<CompareOperator, (a: Comparable, b: Comparable) => boolean>> = {
  "=": (a, b) => a === b,
  "<>": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function all(tests: readonly Test[]): Test {
  return (values) => {
    let result: boolean | undefined = true;
    for (const test of tests) {
      const one = test(values);
      if (one === false) return false;
      if (one === undefined) result = undefined;
    }
    return result;
  };
}

function some(tests: readonly Test[]): Test {
  return not(all(tests.map(not)));
}

function not(test: Test): Test {
  return (values) => {
    const result = test(values);
    return result === undefined ? undefined : !result;
  };
}
