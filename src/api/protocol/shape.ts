import { WireError } from "./wire-error.ts";

/**
 * Requests as data: an operation declares the shape of its request, `checkShape` gives the typed value or throws what AWS
 * would answer. Three rules of AWS's JSON services are kept here: unknown members are ignored, `null` is the same as
 * absent, and a value of the wrong JSON type is a SerializationException before any constraint is looked at. Broken
 * constraints are gathered and told together in one ValidationException.
 */
export type Shape =
  | StructureShape
  | StringShape
  | NumberShape
  | BlobShape
  | ListShape
  | MapShape
  | { readonly type: "boolean" }
  | { readonly type: "timestamp" };

export interface StructureShape {
  readonly type: "structure";
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
}

export interface StringShape {
  readonly type: "string";
  readonly min?: number;
  readonly max?: number;
  /** Has to match the whole string, as in Java. Shown to the client as it stands here. */
  readonly pattern?: string;
  /** Shown to the client in this order. */
  readonly values?: readonly string[];
}

export interface NumberShape {
  /** Fractions of an integer are cut off, as AWS does. */
  readonly type: "integer" | "double";
  readonly min?: number;
  readonly max?: number;
}

export interface BlobShape {
  readonly type: "blob";
  /** Of the decoded bytes. */
  readonly max?: number;
}

export interface ListShape {
  readonly type: "list";
  readonly member: Shape;
  readonly min?: number;
  readonly max?: number;
}

export interface MapShape {
  readonly type: "map";
  readonly value: Shape;
  readonly max?: number;
}

/** What `checkShape` returns for a shape. */
export type ShapeValue<S> = S extends { readonly type: "string"; readonly values: readonly (infer V)[] }
  ? V
  : S extends { readonly type: "string" }
    ? string
    : S extends { readonly type: "integer" | "double" | "timestamp" }
      ? number
      : S extends { readonly type: "boolean" }
        ? boolean
        : S extends { readonly type: "blob" }
          ? Buffer
          : S extends { readonly type: "list"; readonly member: infer M }
            ? ShapeValue<M>[]
            : S extends { readonly type: "map"; readonly value: infer M }
              ? Record<string, ShapeValue<M>>
              : S extends { readonly type: "structure"; readonly members: infer M; readonly required: infer R }
                ? StructureValue<M, R extends readonly (infer N)[] ? N : never>
                : never;

type StructureValue<M, N> = { [K in keyof M as K extends N ? K : never]: ShapeValue<M[K]> } & {
  [K in keyof M as K extends N ? never : K]?: ShapeValue<M[K]>;
};

type StringLimits = Omit<StringShape, "type" | "values">;
type NumberLimits = Omit<NumberShape, "type">;
type LengthLimits = { readonly min?: number; readonly max?: number };

/** A structure: its members, and the names of those that must be there. */
export function structure<
  const M extends Readonly<Record<string, Shape>>,
  const R extends readonly (keyof M & string)[] = [],
>(members: M, required?: R): { readonly type: "structure"; readonly members: M; readonly required: R } {
  return { type: "structure", members, required: required ?? ([] as unknown as R) };
}

export const string = (limits: StringLimits = {}) => ({ type: "string", ...limits }) as const;
export const oneOf = <const V extends readonly string[]>(...values: V) => ({ type: "string", values }) as const;
export const integer = (limits: NumberLimits = {}) => ({ type: "integer", ...limits }) as const;
export const double = (limits: NumberLimits = {}) => ({ type: "double", ...limits }) as const;
export const boolean = () => ({ type: "boolean" }) as const;
export const timestamp = () => ({ type: "timestamp" }) as const;
export const blob = (limits: { readonly max?: number } = {}) => ({ type: "blob", ...limits }) as const;
export const list = <const M extends Shape>(member: M, limits: LengthLimits = {}) =>
  ({ type: "list", member, ...limits }) as const;
export const map = <const M extends Shape>(value: M, limits: { readonly max?: number } = {}) =>
  ({ type: "map", value, ...limits }) as const;

/**
 * The request as its shape describes it: a copy with known members only, blobs decoded. Throws a WireError,
 * SerializationException for wrong types and ValidationException for all broken constraints together.
 */
export function checkShape<const S extends Shape>(shape: S, value: unknown): ShapeValue<S> {
  const violations: string[] = [];
  const checked = check(shape, value, "", violations);
  if (violations.length > 0) throw validationError(violations);
  return checked as ShapeValue<S>;
}

/** Violations shown to a client: a list of a million bad members must not make an answer of that size. */
const VIOLATIONS_SHOWN_MAX = 100;

/** One ValidationException over constraint violations, as `violation` words them. */
export function validationError(violations: readonly string[]): WireError {
  const count = violations.length;
  const shown = violations.slice(0, VIOLATIONS_SHOWN_MAX).join("; ");
  return new WireError("ValidationException", `${count} validation error${count === 1 ? "" : "s"} detected: ${shown}`);
}

/** AWS's sentence for one broken constraint. `path` is in wire form: `records.1.member.data`. */
export function violation(path: string, constraint: string): string {
  return `Value at '${path}' failed to satisfy constraint: ${constraint}`;
}

function check(shape: Shape, value: unknown, path: string, violations: string[]): unknown {
  switch (shape.type) {
    case "structure":
      return checkStructure(shape, value, path, violations);
    case "list":
      return checkList(shape, value, path, violations);
    case "map":
      return checkMap(shape, value, path, violations);
    case "string":
      return checkString(shape, value, path, violations);
    case "integer":
    case "double":
      return checkNumber(shape, value, path, violations);
    case "blob":
      return checkBlob(shape, value, path, violations);
    case "boolean":
      if (typeof value !== "boolean") throw wrongType(value, "a Boolean");
      return value;
    case "timestamp":
      if (typeof value !== "number") throw wrongType(value, "a Timestamp");
      return value;
  }
}

function checkStructure(shape: StructureShape, value: unknown, path: string, violations: string[]): unknown {
  if (!isObject(value)) throw wrongType(value, "a structure");
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const memberPath = `${path === "" ? "" : `${path}.`}${wireName(name)}`;
    if (given !== undefined && given !== null) result[name] = check(member, given, memberPath, violations);
    else if (shape.required.includes(name)) violations.push(violation(memberPath, "Member must not be null"));
  }
  return result;
}

function checkList(shape: ListShape, value: unknown, path: string, violations: string[]): unknown {
  if (!Array.isArray(value)) throw wrongType(value, "a list");
  checkLength(value.length, shape, path, violations);
  // A list that is too long is refused for that alone: its members could only add a flood of further sentences.
  const members: unknown[] = value.slice(0, shape.max);
  return members.map((member, index) => {
    const memberPath = `${path}.${index + 1}.member`;
    if (member !== null) return check(shape.member, member, memberPath, violations);
    violations.push(violation(memberPath, "Member must not be null"));
    return null;
  });
}

function checkMap(shape: MapShape, value: unknown, path: string, violations: string[]): unknown {
  if (!isObject(value)) throw wrongType(value, "a map");
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  checkLength(entries.length, shape, path, violations);
  const checked = entries.map(([key, member]) => [
    key,
    check(shape.value, member, `${path}.${key}.member`, violations),
  ]);
  return Object.fromEntries(checked);
}

function checkString(shape: StringShape, value: unknown, path: string, violations: string[]): unknown {
  if (typeof value !== "string") throw wrongType(value, "a String");
  if (shape.min !== undefined || shape.max !== undefined) checkLength(codePoints(value), shape, path, violations);
  if (shape.pattern !== undefined && !wholeMatch(shape.pattern).test(value)) {
    violations.push(violation(path, `Member must satisfy regular expression pattern: ${shape.pattern}`));
  }
  if (shape.values !== undefined && !shape.values.includes(value)) {
    violations.push(violation(path, `Member must satisfy enum value set: [${shape.values.join(", ")}]`));
  }
  return value;
}

function checkNumber(shape: NumberShape, value: unknown, path: string, violations: string[]): unknown {
  if (typeof value !== "number") throw wrongType(value, shape.type === "integer" ? "an Integer" : "a Double");
  const number = shape.type === "integer" ? Math.trunc(value) : value;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
  if (number > max) violations.push(violation(path, `Member must have value less than or equal to ${max}`));
  if (number < min) violations.push(violation(path, `Member must have value greater than or equal to ${min}`));
  return number;
}

function checkBlob(shape: BlobShape, value: unknown, path: string, violations: string[]): unknown {
  if (typeof value !== "string") throw wrongType(value, "a Blob");
  const bytes = decodeBase64(value);
  checkLength(bytes.length, shape, path, violations);
  return bytes;
}

/** Standard base64 with its padding; anything else is refused as AWS refuses it. Node alone would skip bad characters. */
export function decodeBase64(text: string): Buffer {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = Buffer.from(text, "base64");
  const exact = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding;
  if (!exact || text.includes("-") || text.includes("_")) {
    throw new WireError(
      "SerializationException",
      "Blob member is not valid base64: use the standard alphabet with padding",
    );
  }
  return bytes;
}

function checkLength(length: number, limits: LengthLimits, path: string, violations: string[]): void {
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  if (length > max) violations.push(violation(path, `Member must have length less than or equal to ${max}`));
  if (length < min) violations.push(violation(path, `Member must have length greater than or equal to ${min}`));
}

function wrongType(value: unknown, expected: string): WireError {
  return new WireError("SerializationException", `${tokenName(value)} can not be converted to ${expected}`);
}

/** The parser's own word for a JSON value, which is what AWS shows. */
function tokenName(value: unknown): string {
  if (Array.isArray(value)) return "START_ARRAY";
  if (typeof value === "object" && value !== null) return "START_OBJECT";
  if (typeof value === "number") return "NUMBER_VALUE";
  if (typeof value === "string") return "STRING_VALUE";
  return value === true ? "TRUE_VALUE" : value === false ? "FALSE_VALUE" : "NULL_VALUE";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Violations name members as AWS's own code does: with the first letter lowered. */
function wireName(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const wholeMatches = new Map<string, RegExp>();

/** Patterns come from shapes, never from clients, so this grows to their number and no further. */
function wholeMatch(pattern: string): RegExp {
  const known = wholeMatches.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(`^(?:${pattern})$`, "u");
  wholeMatches.set(pattern, made);
  return made;
}
