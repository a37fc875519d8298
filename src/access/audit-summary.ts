import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue } from "../std/json.ts";

/** Names of members that hold secrets, in any of the APIs; `passwordHash` and `secretAccessKey` are among them. */
const SECRET_NAME = /secret|password|passphrase|token|credential|accesskey|apikey|privatekey|authorization/i;

/** `postgres://user:password@host`. */
const USER_OF_ADDRESS = /(\/\/)[^/@\s]+@/g;

const TEXT_LENGTH_MAX = 500;
const LIST_LENGTH_MAX = 50;
const DEPTH_MAX = 12;

/** What an entry of the audit log says of one side of a change; beyond it only the size is told. */
const SUMMARY_LENGTH_MAX = 8_000;

/** The value without secrets, and short enough to be kept for every change. */
export function summaryOf(value: JsonValue): JsonValue {
  const summary = shortened(value, 0);
  const { length } = JSON.stringify(summary);
  return length <= SUMMARY_LENGTH_MAX ? summary : { omitted: `${length} characters` };
}

/** The members that differ, at the depth at which they do. Secrets that differ are seen to differ, and not told. */
export function differenceOf(before: JsonObject, after: JsonObject): { before: JsonValue; after: JsonValue } {
  const [was, is]: [JsonObject, JsonObject] = [{}, {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (isDeepStrictEqual(old, now)) continue;
    if (isObject(old) && isObject(now) && !SECRET_NAME.test(name)) {
      const inner = differenceOf(old, now);
      was[name] = inner.before;
      is[name] = inner.after;
    } else {
      if (old !== undefined) was[name] = old;
      if (now !== undefined) is[name] = now;
    }
  }
  return { before: summaryOf(was), after: summaryOf(is) };
}

function shortened(value: JsonValue, depth: number): JsonValue {
  if (typeof value === "string") return shortText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return "…";
  if (Array.isArray(value)) {
    const kept = value.slice(0, LIST_LENGTH_MAX).map((one) => shortened(one, depth + 1));
    return value.length > kept.length ? [...kept, `… ${value.length - kept.length} more`] : kept;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, isSecret(name, one) ? "…" : shortened(one, depth + 1)]),
  );
}

/** Whether something is set is no secret. */
function isSecret(name: string, value: JsonValue): boolean {
  return SECRET_NAME.test(name) && typeof value !== "boolean" && value !== null;
}

function shortText(text: string): string {
  const plain = text.replace(USER_OF_ADDRESS, "$1…@");
  return plain.length <= TEXT_LENGTH_MAX ? plain : `${plain.slice(0, TEXT_LENGTH_MAX)}…`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
