import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { TYPE_DEPTH_MAX, TYPES_MAX } from "../../model/schema/schema-limits.ts";
import { bytesIn, numberIn, numbersIn, type ProtobufFields, readProtobuf } from "./protobuf-reader.ts";

/** A type of an ORC file with what is asked of it. Types are numbered depth first; a column is known by that number. */
export interface OrcType {
  readonly id: number;
  /** Of Type.Kind. */
  readonly kind: number;
  readonly parts: readonly OrcPart[];
  /** What the table says that it is; absent: whatever it is. */
  readonly wanted: ColumnType | undefined;
}

/** A field of a struct has the name of the table's; other parts have none. */
export interface OrcPart {
  readonly name: string;
  readonly type: OrcType;
}

export const ORC_KIND = {
  boolean: 0,
  byte: 1,
  short: 2,
  int: 3,
  long: 4,
  float: 5,
  double: 6,
  string: 7,
  binary: 8,
  timestamp: 9,
  list: 10,
  map: 11,
  struct: 12,
  union: 13,
  decimal: 14,
  date: 15,
  varchar: 16,
  char: 17,
  timestampInstant: 18,
} as const;

/** The part of a file's types that these columns of a table are. Fields that nobody asks for are left out. */
export function orcTypeTree(footer: ProtobufFields, columns: readonly Column[]): OrcType {
  const messages = bytesIn(footer, 4);
  if (messages.length > TYPES_MAX) throw new Error(`Expected at most ${TYPES_MAX} types`);
  const within = { types: messages.map(readProtobuf), left: TYPES_MAX };
  const root = typeAt(within, 0, 1, { kind: "struct", fields: byPlace(within.types[0], columns) });
  if (root.kind !== ORC_KIND.struct) throw new Error("Expected a struct as the root of all columns");
  return root;
}

/** Old versions of Hive named the columns of a file after their places: such a file goes by the table's order. */
function byPlace(root: ProtobufFields | undefined, columns: readonly Column[]): readonly Column[] {
  const names = bytesIn(root ?? new Map(), 3).map(String);
  if (names.length === 0 || !names.every((name, place) => name === `_col${place}`)) return columns;
  return columns.map(({ type }, place) => ({ name: `_col${place}`, type }));
}

interface Types {
  readonly types: readonly ProtobufFields[];
  /** A part that two wholes share is read twice, and twice as often on each level. */
  left: number;
}

function typeAt(within: Types, id: number, depth: number, wanted: ColumnType | undefined): OrcType {
  const message = within.types[id];
  if (message === undefined || depth > TYPE_DEPTH_MAX) throw new Error(`Expected a type ${id} of few levels`);
  if (within.left-- === 0) throw new Error(`Expected at most ${TYPES_MAX} types`);
  const kind = numberIn(message, 1) ?? 0;
  const parts: OrcPart[] = [];
  const names = kind === ORC_KIND.struct ? bytesIn(message, 3).map(String) : [];
  const taken = new Set<string>();
  for (const [place, part] of numbersIn(message, 2).entries()) {
    if (part <= id) throw new Error(`Expected the parts of type ${id} behind it, got ${part}`);
    const found = partOf(kind, names[place] ?? "", place, wanted);
    if (found === undefined || (kind === ORC_KIND.struct && taken.has(found.name))) continue;
    taken.add(found.name);
    parts.push({ name: found.name, type: typeAt(within, part, depth + 1, found.type) });
  }
  return { id, kind, parts, wanted };
}

interface Asked {
  readonly name: string;
  readonly type: ColumnType | undefined;
}

/** What is asked of a part; `undefined` when nothing is. */
function partOf(kind: number, name: string, place: number, wanted: ColumnType | undefined): Asked | undefined {
  if (kind === ORC_KIND.struct) {
    if (wanted?.kind !== "struct") return { name, type: undefined };
    return wanted.fields.find((field) => field.name === name.toLowerCase());
  }
  if (kind === ORC_KIND.list && wanted?.kind === "array") return { name, type: wanted.element };
  if (kind === ORC_KIND.map && wanted?.kind === "map") return { name, type: place === 0 ? wanted.key : wanted.value };
  return { name, type: undefined };
}
