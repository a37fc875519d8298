import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Column, ColumnType, SimpleKind } from "../../model/schema/column-type.ts";
import { DECIMAL_PRECISION_MAX, TYPE_DEPTH_MAX, TYPES_MAX } from "../../model/schema/schema-limits.ts";
import { FILE_METADATA, SCHEMA_ELEMENT } from "./footer-fields.ts";
import { readThrift, type ThriftStruct } from "./thrift-compact.ts";

/**
 * The columns of a Parquet file that anybody wrote, in Hive's words, from the metadata of its footer. Lists and maps are
 * read in all the shapes that the format's rules for older writers allow.
 */
export function readParquetSchema(metadata: Buffer): readonly Column[] {
  try {
    const elements = readThrift(metadata, 0).struct.structs(FILE_METADATA.schema);
    if (elements.length > TYPES_MAX) throw new Error(`Expected at most ${TYPES_MAX} schema elements`);
    return new SchemaReader(elements).columns();
  } catch (error) {
    throw new LakehoseError("damaged-object", `The Parquet footer cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What stands at the end of a file: length of the metadata (int32 LE), then the magic. */
export const PARQUET_TAIL_BYTES = 8;
export const PARQUET_MAGIC = "PAR1";

interface Node {
  readonly element: ThriftStruct;
  readonly children: readonly Node[];
}

const REPEATED = 2;

/** Numbers of `ConvertedType`. */
const CONVERTED = {
  utf8: 0,
  map: 1,
  mapKeyValue: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  timestampMillis: 9,
  timestampMicros: 10,
  uint8: 11,
  uint16: 12,
  uint32: 13,
  uint64: 14,
  int8: 15,
  int16: 16,
  json: 19,
} as const;

/** Fields of the union `LogicalType`. */
const LOGICAL = {
  string: 1,
  map: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  timestamp: 8,
  integer: 10,
  json: 12,
} as const;

class SchemaReader {
  readonly #elements: readonly ThriftStruct[];
  #at = 0;

  constructor(elements: readonly ThriftStruct[]) {
    this.#elements = elements;
  }

  columns(): readonly Column[] {
    return this.#node(1).children.map(columnOf);
  }

  /** Elements stand depth first; each says how many of those behind it are its children. */
  #node(depth: number): Node {
    if (depth > 3 * TYPE_DEPTH_MAX) throw new Error("Expected a schema of fewer levels");
    const element = this.#elements[this.#at++];
    if (element === undefined) throw new Error("Expected all elements of the schema, got an end before them");
    const count = element.integer(SCHEMA_ELEMENT.numChildren) ?? 0;
    const children: Node[] = [];
    for (let index = 0; index < count; index++) children.push(this.#node(depth + 1));
    return { element, children };
  }
}

function columnOf(node: Node): Column {
  const type = typeOf(node);
  return { name: nameOf(node), type: isRepeated(node) ? { kind: "array", element: type } : type };
}

/** The type of one value, whether the node is repeated or not. */
function typeOf(node: Node): ColumnType {
  if (node.children.length === 0) return leafType(node.element);
  const converted = node.element.integer(SCHEMA_ELEMENT.convertedType);
  const logical = node.element.struct(SCHEMA_ELEMENT.logicalType);
  if (converted === CONVERTED.list || logical?.fields.has(LOGICAL.list)) return listType(node);
  const isMap = converted === CONVERTED.map || converted === CONVERTED.mapKeyValue || logical?.fields.has(LOGICAL.map);
  if (isMap) return mapType(node) ?? structType(node);
  return structType(node);
}

function structType({ children }: Node): ColumnType {
  return { kind: "struct", fields: children.map(columnOf) };
}

/** Three levels are the rule; older writers left the middle one out, and it is told from its name and its children. */
function listType(node: Node): ColumnType {
  const [repeated] = node.children;
  if (repeated === undefined || !isRepeated(repeated)) return structType(node);
  const [only, second] = repeated.children;
  const older = nameOf(repeated) === "array" || nameOf(repeated) === `${nameOf(node)}_tuple`;
  if (only === undefined || second !== undefined || older) return { kind: "array", element: typeOf(repeated) };
  return { kind: "array", element: columnOf(only).type };
}

function mapType({ children: [pairs] }: Node): ColumnType | undefined {
  const [key, value] = pairs?.children ?? [];
  if (key === undefined || value === undefined || key.children.length > 0) return undefined;
  return { kind: "map", key: typeOf(key), value: columnOf(value).type };
}

function leafType(element: ThriftStruct): ColumnType {
  const converted = element.integer(SCHEMA_ELEMENT.convertedType);
  const logical = element.struct(SCHEMA_ELEMENT.logicalType);
  const decimal = decimalType(element, converted, logical);
  if (decimal !== undefined) return decimal;
  if (logical?.fields.has(LOGICAL.timestamp)) return { kind: "timestamp" };
  if (converted === CONVERTED.timestampMillis || converted === CONVERTED.timestampMicros) return { kind: "timestamp" };
  if (converted === CONVERTED.date || logical?.fields.has(LOGICAL.date)) return { kind: "date" };
  const integer = integerType(converted, logical?.struct(LOGICAL.integer));
  if (integer !== undefined) return integer;
  const texts: readonly (number | undefined)[] = [CONVERTED.utf8, CONVERTED.enum, CONVERTED.json];
  const isText = [LOGICAL.string, LOGICAL.enum, LOGICAL.json].some((id) => logical?.fields.has(id));
  if (texts.includes(converted) || isText) return { kind: "string" };
  return physicalType(element.integer(SCHEMA_ELEMENT.type));
}

function decimalType(
  element: ThriftStruct,
  converted: number | undefined,
  logical: ThriftStruct | undefined,
): ColumnType | undefined {
  const parameters = logical?.struct(LOGICAL.decimal);
  if (parameters === undefined && converted !== CONVERTED.decimal) return undefined;
  const precision = parameters?.integer(2) ?? element.integer(SCHEMA_ELEMENT.precision) ?? 0;
  const scale = parameters?.integer(1) ?? element.integer(SCHEMA_ELEMENT.scale) ?? 0;
  const isHive = precision >= 1 && precision <= DECIMAL_PRECISION_MAX && scale >= 0 && scale <= precision;
  return isHive ? { kind: "decimal", precision, scale } : undefined;
}

/** Unsigned ones as the next wider type that holds them all. */
function integerType(converted: number | undefined, parameters: ThriftStruct | undefined): ColumnType | undefined {
  const width = parameters?.integer(1);
  const signed = parameters?.fields.get(2)?.value !== false;
  if (converted === CONVERTED.int8 || (width === 8 && signed)) return { kind: "tinyint" };
  if (converted === CONVERTED.int16 || (width === 16 && signed)) return { kind: "smallint" };
  if (converted === CONVERTED.uint8 || (width === 8 && !signed)) return { kind: "smallint" };
  if (converted === CONVERTED.uint16 || (width === 16 && !signed)) return { kind: "int" };
  if (converted === CONVERTED.uint32 || (width === 32 && !signed)) return { kind: "bigint" };
  if (converted === CONVERTED.uint64 || (width === 64 && !signed)) return { kind: "decimal", precision: 20, scale: 0 };
  return undefined;
}

/** By the numbers of `Type`: boolean, int32, int64, int96, float, double, byte array, fixed byte array. */
const PHYSICAL: readonly SimpleKind[] = [
  "boolean",
  "int",
  "bigint",
  "timestamp",
  "float",
  "double",
  "binary",
  "binary",
];

function physicalType(type: number | undefined): ColumnType {
  const kind = PHYSICAL[type ?? -1];
  if (kind === undefined) throw new Error(`Expected a type of Parquet, got number ${type}`);
  return { kind };
}

function isRepeated({ element }: Node): boolean {
  return element.integer(SCHEMA_ELEMENT.repetitionType) === REPEATED;
}

function nameOf({ element }: Node): string {
  const name = element.fields.get(SCHEMA_ELEMENT.name)?.value;
  if (!Buffer.isBuffer(name)) throw new Error("Expected a name of a column, got none");
  return name.toString("utf8");
}
