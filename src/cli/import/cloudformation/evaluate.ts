import { isObject } from "../../../api/firehose/normalise.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import type { ImportNotes } from "../imported.ts";
import { attributeOf, type ResourceNaming, refOf } from "./resource-values.ts";
import { parameterValue, type Stack, UnknownValue } from "./stack.ts";

/** Templates nest a few functions; one that refers to itself must not end in an overflow. */
const DEPTH_MAX = 100;

/** Far more than a template of 1 MB has; conditions that name each other twice would double the work at each level. */
const STEPS_MAX = 1_000_000;

/** Stands for a property that the template takes back (`AWS::NoValue`). */
const NO_VALUE = "AWS::NoValue";

/** Pseudo parameters that differ from stack to stack. */
const OF_THE_STACK = new Set(["AWS::AccountId", "AWS::Region", "AWS::StackName", "AWS::StackId"]);

type Operation = (evaluator: Evaluator, argument: JsonValue) => JsonValue;

/**
 * CloudFormation's functions over what the template itself says. `property` is for places in the tree, where an unknown
 * value is noted and left out; `value` is for arguments, where it makes the whole function unknown.
 */
export class Evaluator {
  readonly stack: Stack;
  readonly #notes: ImportNotes;
  #depth = 0;
  #steps = 0;

  constructor(stack: Stack, notes: ImportNotes) {
    this.stack = stack;
    this.#notes = notes;
  }

  /** `undefined`: there is none, or nobody can know it; the latter is noted. */
  property(value: JsonValue, at: string): JsonValue | undefined {
    try {
      if (isObject(value) && functionOf(value) === undefined) return this.#members(value, at);
      if (Array.isArray(value)) return value.flatMap((member, index) => this.property(member, `${at}[${index}]`) ?? []);
      const result = this.value(value);
      if (typeof result === "string" && result.includes("{{resolve:")) {
        throw new UnknownValue(`${result} is resolved by the live stack only`);
      }
      return isNoValue(result) ? undefined : result;
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      this.#notes.add("lost", at, error.message);
      return undefined;
    }
  }

  /** Throws `UnknownValue`. */
  value(value: JsonValue): JsonValue {
    this.#steps += 1;
    if (this.#depth >= DEPTH_MAX || this.#steps > STEPS_MAX)
      throw new UnknownValue("functions are nested too deeply, or refer to themselves");
    this.#depth += 1;
    try {
      return this.#evaluate(value);
    } finally {
      this.#depth -= 1;
    }
  }

  text(value: JsonValue): string {
    const result = this.value(value);
    if (typeof result !== "object") return String(result);
    throw new UnknownValue(`expected text, got ${JSON.stringify(result)}`);
  }

  list(value: JsonValue): readonly JsonValue[] {
    const result = this.value(value);
    if (Array.isArray(result)) return result.filter((one) => !isNoValue(one));
    throw new UnknownValue(`expected a list, got ${JSON.stringify(result)}`);
  }

  condition(name: string): boolean {
    const condition = this.stack.conditions[name];
    if (condition === undefined) throw new UnknownValue(`the template has no condition ${name}`);
    return this.value(condition) === true;
  }

  reference(name: string): JsonValue {
    if (name === NO_VALUE) return { Ref: NO_VALUE };
    return this.#parameter(name) ?? refOf(this.stack, this.#naming, name);
  }

  attribute(resource: string, name: string): JsonValue {
    return attributeOf(this.stack, this.#naming, resource, name);
  }

  #parameter(name: string): JsonValue | undefined {
    const value = parameterValue(this.stack, name);
    if (OF_THE_STACK.has(name) && !Object.hasOwn(this.stack.given, name)) {
      this.#notes.add("assumed", name, `${String(value)}: another with --parameter ${name}=VALUE`);
    }
    return value;
  }

  get #naming(): ResourceNaming {
    return {
      property: (value) => this.value(value),
      pseudo: (name) => String(this.#parameter(name)),
      assumed: (resource, name) => {
        this.#notes.add("assumed", `Resources.${resource}`, `"${name}" as its name: the template gives none`);
      },
    };
  }

  #members(value: JsonObject, at: string): JsonObject {
    const members = Object.entries(value).flatMap(([name, member]) => {
      const evaluated = this.property(member, `${at}.${name}`);
      return evaluated === undefined ? [] : [[name, evaluated] as const];
    });
    return Object.fromEntries(members);
  }

  #evaluate(value: JsonValue): JsonValue {
    if (Array.isArray(value)) return value.map((member) => this.value(member));
    if (!isObject(value)) return value;
    const name = functionOf(value);
    if (name === undefined) {
      const members = Object.entries(value).map(([key, member]) => [key, this.value(member)] as const);
      return Object.fromEntries(members.filter(([, member]) => !isNoValue(member)));
    }
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw new UnknownValue(`${name} is answered by the live stack only`);
    return operation(this, value[name] ?? null);
  }
}

function functionOf(value: JsonObject): string | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === "Ref" || name === "Condition" || name.startsWith("Fn::") ? name : undefined;
}

function isNoValue(value: JsonValue): boolean {
  return isObject(value) && value.Ref === NO_VALUE;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  Ref: (evaluator, name) => evaluator.reference(String(name)),
  Condition: (evaluator, name) => evaluator.condition(String(name)),
  "Fn::And": (evaluator, all) => evaluator.list(all).every((one) => one === true),
  "Fn::Base64": (evaluator, text) => Buffer.from(evaluator.text(text)).toString("base64"),
  "Fn::Equals": (evaluator, pair) => {
    const [left, right] = evaluator.list(pair);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  "Fn::FindInMap": findInMap,
  "Fn::GetAtt": (evaluator, argument) => {
    const [resource = "", ...path] = Array.isArray(argument) ? argument.map(String) : String(argument).split(".");
    return evaluator.attribute(resource, path.join("."));
  },
  "Fn::If": (evaluator, argument) => {
    const [name = "", whenTrue = null, whenFalse = null] = Array.isArray(argument) ? argument : [];
    return evaluator.value(evaluator.condition(String(name)) ? whenTrue : whenFalse);
  },
  "Fn::ImportValue": (evaluator, argument) => {
    const name = evaluator.text(argument);
    const given = Object.hasOwn(evaluator.stack.given, name) ? evaluator.stack.given[name] : undefined;
    if (given !== undefined) return given;
    throw new UnknownValue(`${name} is exported by another stack: give it as --parameter ${name}=VALUE`);
  },
  "Fn::Join": (evaluator, argument) => {
    const [delimiter = "", parts = []] = Array.isArray(argument) ? argument : [];
    return evaluator.list(parts).map(String).join(evaluator.text(delimiter));
  },
  "Fn::Not": (evaluator, argument) => evaluator.list(argument)[0] !== true,
  "Fn::Or": (evaluator, all) => evaluator.list(all).some((one) => one === true),
  "Fn::Select": (evaluator, argument) => {
    const [index = 0, values = []] = Array.isArray(argument) ? argument : [];
    const chosen = evaluator.list(values)[Number(evaluator.text(index))];
    if (chosen !== undefined) return chosen;
    throw new UnknownValue(`Fn::Select asks for an element that is not there: ${JSON.stringify(argument)}`);
  },
  "Fn::Split": (evaluator, argument) => {
    const [delimiter = "", text = ""] = Array.isArray(argument) ? argument : [];
    return evaluator.text(text).split(evaluator.text(delimiter));
  },
  "Fn::Sub": substitute,
};

function findInMap(evaluator: Evaluator, argument: JsonValue): JsonValue {
  const [map = "", top = "", second = ""] = evaluator.list(argument).map(String);
  const found = [map, top, second].reduce<JsonValue | undefined>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    evaluator.stack.mappings,
  );
  if (found !== undefined) return evaluator.value(found);
  throw new UnknownValue(`the template has no mapping ${map}.${top}.${second}`);
}

/** `${Name}`, `${Resource.Attribute}`, names of its own in the second argument, and `${!Literal}`. */
function substitute(evaluator: Evaluator, argument: JsonValue): JsonValue {
  const [text = "", own = {}] = Array.isArray(argument) ? argument : [argument];
  return String(text).replace(/\$\{([^}]*)\}/g, (_, inner: string) => {
    const name = inner.trim();
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (isObject(own) && own[name] !== undefined) return evaluator.text(own[name]);
    const [resource = "", ...path] = name.split(".");
    if (path.length > 0) return String(evaluator.attribute(resource, path.join(".")));
    return evaluator.text({ Ref: name });
  });
}
