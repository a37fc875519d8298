import { LakehoseError } from "../errors.ts";

/**
 * Paths to fields of a record that is a JSON object, as configurations write them:
 *
 * path      = name { "." name | selector } [ "?param=" name ]
 * selector  = "[" index "]" | "[*]" | "[" name "=" value "]" | "[" name "~=" value "]"
 * name      = letters, digits and _ $ @ : - | a JSON string, for names with anything else in them
 * value     = text up to the bracket | a JSON string
 *
 * `httpRequest.headers[name=Cookie].value` is the value of the array's elements whose member `name` is the string Cookie;
 * `~=` does not mind upper and lower case. `httpRequest.args?param=token` is a parameter of a query string (or URL) in a
 * string. A path may lead to many places, or to none: both are fine.
 */
export interface FieldPath {
  readonly text: string;
  readonly steps: readonly FieldStep[];
  /** Which parameter of the strings that the steps lead to. */
  readonly parameter?: string;
}

export type FieldStep =
  | { readonly kind: "member"; readonly name: string; readonly nameBytes: Buffer }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "each" }
  | {
      readonly kind: "where";
      readonly name: string;
      readonly nameBytes: Buffer;
      readonly value: string;
      readonly valueBytes: Buffer;
      readonly ignoreCase: boolean;
    };

/** Throws a `LakehoseError` `bad-field-path` that says where the path goes wrong. */
export function parseFieldPath(text: string): FieldPath {
  const { path, end } = readFieldPath(text, 0);
  if (end < text.length) throw badPath(text, end, "the end, a dot or a bracket");
  return path;
}

/** Reads a path that begins at `start` of a longer text, and says where it ends. */
export function readFieldPath(text: string, start: number): { readonly path: FieldPath; readonly end: number } {
  const first = readName(text, start);
  const steps: FieldStep[] = [member(first.name)];
  let at = first.end;
  for (;;) {
    if (text[at] === ".") {
      const { name, end } = readName(text, at + 1);
      steps.push(member(name));
      at = end;
    } else if (text[at] === "[") {
      const { step, end } = readSelector(text, at);
      steps.push(step);
      at = end;
    } else break;
  }
  if (!text.startsWith(PARAMETER, at)) return { path: { text: text.slice(start, at), steps }, end: at };
  const { name, end } = readName(text, at + PARAMETER.length);
  return { path: { text: text.slice(start, end), steps, parameter: name }, end };
}

const PARAMETER = "?param=";
const BARE_NAME = /[\p{L}\p{N}_$@:-]+/uy;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const INDEX = /\[(\d{1,9})\]/y;
const EACH = /\[\*\]/y;
const VALUE = /[^\]"]+/y;

function readName(text: string, at: number): { readonly name: string; readonly end: number } {
  const bare = match(BARE_NAME, text, at);
  if (bare !== undefined) return { name: bare, end: at + bare.length };
  return readQuoted(text, at, "a name (in double quotes if there is more in it than letters, digits and _ $ @ : -)");
}

function readQuoted(text: string, at: number, expected: string): { readonly name: string; readonly end: number } {
  const quoted = match(QUOTED, text, at);
  if (quoted === undefined) throw badPath(text, at, expected);
  try {
    return { name: JSON.parse(quoted) as string, end: at + quoted.length };
  } catch {
    throw badPath(text, at, "a JSON string");
  }
}

function readSelector(text: string, at: number): { readonly step: FieldStep; readonly end: number } {
  const each = match(EACH, text, at);
  if (each !== undefined) return { step: { kind: "each" }, end: at + each.length };
  const index = match(INDEX, text, at);
  if (index !== undefined)
    return { step: { kind: "index", index: Number(index.slice(1, -1)) }, end: at + index.length };
  const { name, end } = readName(text, at + 1);
  const ignoreCase = text.startsWith("~=", end);
  if (!ignoreCase && text[end] !== "=") throw badPath(text, end, "= or ~= and a value");
  const value = readValue(text, end + (ignoreCase ? 2 : 1));
  if (text[value.end] !== "]") throw badPath(text, value.end, "a closing bracket");
  const step = {
    kind: "where",
    ...named(name),
    value: value.value,
    valueBytes: Buffer.from(value.value),
    ignoreCase,
  } as const;
  return { step, end: value.end + 1 };
}

function readValue(text: string, at: number): { readonly value: string; readonly end: number } {
  const bare = match(VALUE, text, at);
  if (bare !== undefined) return { value: bare, end: at + bare.length };
  const { name: value, end } = readQuoted(text, at, "a value");
  return { value, end };
}

function member(name: string): FieldStep {
  return { kind: "member", ...named(name) };
}

function named(name: string): { readonly name: string; readonly nameBytes: Buffer } {
  return { name, nameBytes: Buffer.from(name) };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function badPath(text: string, at: number, expected: string): LakehoseError {
  const came = at < text.length ? `"${text.slice(at, at + 20)}"` : "the end";
  return new LakehoseError("bad-field-path", `expected ${expected} at character ${at + 1} of '${text}', got ${came}`);
}
