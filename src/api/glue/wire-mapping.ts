import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { Shape, StructureShape } from "../protocol/shape.ts";

/**
 * Glue's words and the catalog's are the same but for their first letter: `StorageDescriptor` on the wire is
 * `storageDescriptor` in the catalog. The shapes say what is a structure; keys of maps are the user's and stay.
 */
export function fromWire(shape: StructureShape, value: object): object {
  return mapStructure(shape, value, "in");
}

/** The members of the shape that the catalog has, in the order of the shape. */
export function toWire(shape: StructureShape, value: object): JsonObject {
  return mapStructure(shape, value, "out") as JsonObject;
}

type Direction = "in" | "out";

function mapStructure(shape: StructureShape, value: object, direction: Direction): object {
  const members = value as Readonly<Record<string, JsonValue | undefined>>;
  const mapped: JsonObject = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const ours = name.slice(0, 1).toLowerCase() + name.slice(1);
    const [from, to] = direction === "in" ? [name, ours] : [ours, name];
    const given = members[from];
    if (given !== undefined) mapped[to] = mapValue(member, given, direction);
  }
  return mapped;
}

function mapValue(shape: Shape, value: JsonValue, direction: Direction): JsonValue {
  if (shape.type === "structure") return mapStructure(shape, value as JsonObject, direction) as JsonObject;
  if (shape.type === "list") return (value as JsonValue[]).map((member) => mapValue(shape.member, member, direction));
  return value;
}
