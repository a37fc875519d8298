import { isObject } from "../../api/firehose/normalise.ts";
import type { Shape, StructureShape } from "../../api/protocol/shape.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { type ImportNotes, shownValue } from "./imported.ts";

/**
 * The part of a value that a shape has room for, in the shape's own types: templates write numbers and booleans as text,
 * since their parameters are. What has no room is noted with its place. Limits are not looked at here, that is for
 * `checkShape`.
 */
export function carryValue(shape: Shape, value: JsonValue, at: string, notes: ImportNotes): JsonValue | undefined {
  switch (shape.type) {
    case "structure":
      return carryStructure(shape, value, at, notes);
    case "list":
      if (!Array.isArray(value)) return mistyped(value, "a list", at, notes);
      return value.flatMap((member, index) => carryValue(shape.member, member, `${at}[${index}]`, notes) ?? []);
    case "map": {
      if (!isObject(value)) return mistyped(value, "names with values", at, notes);
      const entries = Object.entries(value).flatMap(([name, member]) => {
        const carried = carryValue(shape.value, member, `${at}.${name}`, notes);
        return carried === undefined ? [] : [[name, carried] as const];
      });
      return Object.fromEntries(entries);
    }
    case "string":
    case "blob":
      return typeof value === "object" ? mistyped(value, "text", at, notes) : String(value);
    case "boolean":
      return asBoolean(value) ?? mistyped(value, "true or false", at, notes);
    case "integer":
    case "double":
      return asNumber(value) ?? mistyped(value, "a number", at, notes);
    case "timestamp":
      return asSeconds(value) ?? mistyped(value, "a time", at, notes);
  }
}

function carryStructure(
  shape: StructureShape,
  value: JsonValue,
  at: string,
  notes: ImportNotes,
): JsonObject | undefined {
  if (!isObject(value)) return mistyped(value, "members with values", at, notes);
  const carried: JsonObject = {};
  for (const [name, given] of Object.entries(value)) {
    if (given === null) continue;
    const member = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (member === undefined) {
      notes.add("lost", `${at}.${name}`, `the API has no such setting: ${shownValue(given)}`);
      continue;
    }
    const taken = carryValue(member, given, `${at}.${name}`, notes);
    if (taken !== undefined) carried[name] = taken;
  }
  return carried;
}

function mistyped(value: JsonValue, expected: string, at: string, notes: ImportNotes): undefined {
  notes.add("lost", at, `expected ${expected}, got ${shownValue(value)}`);
  return undefined;
}

function asBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = String(value).toLowerCase();
  return text === "true" ? true : text === "false" ? false : undefined;
}

function asNumber(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Seconds, as the wire has times; descriptions of the AWS CLI and of Terraform write them as ISO 8601. */
function asSeconds(value: JsonValue): number | undefined {
  const number = asNumber(value);
  if (number !== undefined) return number;
  const millis = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis / 1000;
}
