import type { JsonValue } from "../../../std/json.ts";
import { secondsOfIso8601, timeFormat } from "./time.ts";
import { cannot, isObject, isTrue, kindOf, textOf } from "./values.ts";

export type Call = (value: JsonValue) => JsonValue;

const ISO_8601 = "%Y-%m-%dT%H:%M:%SZ";

const PLAIN: Readonly<Record<string, Call>> = {
  ascii_downcase: (value) => asText("in lower case", value).replaceAll(/[A-Z]+/g, (run) => run.toLowerCase()),
  ascii_upcase: (value) => asText("in upper case", value).replaceAll(/[a-z]+/g, (run) => run.toUpperCase()),
  floor: (value) => Math.floor(asNumber("rounded", value)),
  fromdate: secondsOfIso8601,
  fromdateiso8601: secondsOfIso8601,
  length: lengthOf,
  not: (value) => !isTrue(value),
  tonumber: toNumber,
  tostring: textOf,
  type: kindOf,
};

/** Functions of one string that stands in the query; `undefined` when that string is left to jq. */
const WITH_TEXT: Readonly<Record<string, (argument: string) => Call | undefined>> = {
  endswith: (end) => (value) => asText("compared with an end", value).endsWith(end),
  ltrimstr: (start) => (value) =>
    typeof value === "string" && value.startsWith(start) ? value.slice(start.length) : value,
  rtrimstr: (end) => (value) =>
    typeof value === "string" && end !== "" && value.endsWith(end) ? value.slice(0, -end.length) : value,
  split: (separator) => (value) => splitText(asText("split", value), separator),
  startswith: (start) => (value) => asText("compared with a start", value).startsWith(start),
  strftime: timeFormat,
};

/** What a function takes; `undefined` when it is not one of ours. */
export function argumentKindOf(name: string): "none" | "text" | undefined {
  if (Object.hasOwn(PLAIN, name) || DATES.has(name)) return "none";
  return Object.hasOwn(WITH_TEXT, name) ? "text" : undefined;
}

/** The function itself; `undefined` when its argument is one that we leave to jq. */
export function functionOf(name: string, argument: string | undefined): Call | undefined {
  if (DATES.has(name)) return timeFormat(ISO_8601);
  return argument === undefined ? PLAIN[name] : WITH_TEXT[name]?.(argument);
}

/** Both write a time in seconds in one form. */
const DATES = new Set(["todate", "todateiso8601"]);

/** jq: no text has no parts, and no separator parts every character. */
export function splitText(text: string, separator: string): string[] {
  if (text === "") return [];
  return separator === "" ? Array.from(text) : text.split(separator);
}

function asText(what: string, value: JsonValue): string {
  return typeof value === "string" ? value : cannot(what, value);
}

function asNumber(what: string, value: JsonValue): number {
  return typeof value === "number" ? value : cannot(what, value);
}

function lengthOf(value: JsonValue): number {
  if (value === null) return 0;
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "string") return codePointCount(value);
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : cannot("measured", value);
}

function codePointCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const NUMBER = /^[ \t\r\n]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\r\n]*$/;

function toNumber(value: JsonValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && NUMBER.test(value)) {
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(value)));
  }
  return cannot("parsed as a number", value);
}
