import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../std/json.ts";

/**
 * Secrets that stand written out in options of a component, kept out of everything that is shown: the admin API is for
 * viewers too, and the audit log keeps what it shows. A schema marks them (`writeOnly`, JSON Schema validation 9.4).
 */

/** What is shown instead. No option takes it, so that whoever sends back what was shown cannot lose a secret by it. */
export const HIDDEN = { hidden: true } as const;

/** What of a JSON Schema says where secrets are. */
interface Place {
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, Place>>;
  readonly additionalProperties?: Place | boolean;
  readonly items?: Place | boolean;
  readonly anyOf?: readonly Place[];
  readonly oneOf?: readonly Place[];
}

const places = new WeakMap<z.ZodType, Place>();

export function withoutSecrets(options: JsonObject, schema: z.ZodType): JsonObject {
  let place = places.get(schema);
  if (place === undefined) {
    place = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as Place;
    places.set(schema, place);
  }
  return hide(options, place) as JsonObject;
}

function hide(value: JsonValue, place: Place | boolean | undefined): JsonValue {
  if (typeof place !== "object") return value;
  if (place.writeOnly) return typeof value === "string" ? HIDDEN : value;
  // Of a choice, what any of its branches takes for a secret is one.
  const chosen = [...(place.anyOf ?? []), ...(place.oneOf ?? [])].reduce(hide, value);
  if (Array.isArray(chosen)) return chosen.map((one) => hide(one, place.items));
  if (!isObject(chosen)) return chosen;
  const { properties = {}, additionalProperties } = place;
  return mapped(chosen, (member, name) =>
    hide(member, Object.hasOwn(properties, name) ? properties[name] : additionalProperties),
  );
}

/** What was shown and comes back, with what is hidden in it as it is stored. What is not stored stays hidden. */
export function withoutHidden(value: JsonValue, stored: JsonValue | undefined): JsonValue {
  if (isDeepStrictEqual(value, HIDDEN)) return typeof stored === "string" ? stored : value;
  if (Array.isArray(value)) {
    const list = Array.isArray(stored) ? stored : [];
    return value.map((one, index) => withoutHidden(one, counterpartOf(one, index, list)));
  }
  if (!isObject(value)) return value;
  const members = isObject(stored) ? stored : {};
  return mapped(value, (member, name) =>
    withoutHidden(member, Object.hasOwn(members, name) ? members[name] : undefined),
  );
}

/** Entries with names may have changed places. */
function counterpartOf(one: JsonValue, index: number, list: readonly JsonValue[]): JsonValue | undefined {
  if (!isObject(one) || typeof one.name !== "string") return list[index];
  return list.find((other) => isObject(other) && other.name === one.name);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapped(object: JsonObject, map: (member: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, map(member, name)]));
}
