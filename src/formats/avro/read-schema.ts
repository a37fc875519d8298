import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { DECIMAL_PRECISION_MAX, TYPE_DEPTH_MAX, TYPES_MAX } from "../../model/schema/schema-limits.ts";
import { joinTypes } from "../../model/schema/widen.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";

export interface AvroFileSchema {
  readonly columns: readonly Column[];
  /** The writer's schema, as it stands in the file. */
  readonly text: string;
  readonly codec: string;
  /** Up to the marker that ends it. */
  readonly headerBytes: number;
}

export const AVRO_MAGIC: Buffer = Buffer.from("Obj\x01", "latin1");

/**
 * The columns of an Avro container file that anybody wrote, in Hive's words, from the schema in its header: a map of
 * texts to bytes behind the magic, in blocks.
 */
export function readAvroSchema(head: Buffer): AvroFileSchema {
  try {
    const { pairs: header, bytes: headerBytes } = readHeader(head);
    const text = header.get("avro.schema")?.toString("utf8");
    if (text === undefined) throw new Error("Expected avro.schema in the header, got none");
    const schema: JsonValue = JSON.parse(text);
    const columns = new TypeReader().columns(schema);
    return { columns, text, codec: header.get("avro.codec")?.toString("utf8") ?? "null", headerBytes };
  } catch (error) {
    throw new LakehoseError("damaged-object", `The Avro header cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Pairs of one header; writers put two to five there. */
const HEADER_PAIRS_MAX = 10_000;

function readHeader(head: Buffer): { readonly pairs: ReadonlyMap<string, Buffer>; readonly bytes: number } {
  if (!head.subarray(0, 4).equals(AVRO_MAGIC)) throw new Error("Expected the magic of Avro");
  const pairs = new Map<string, Buffer>();
  let at = AVRO_MAGIC.length;
  const long = (): number => {
    let coded = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = head[at++];
      if (byte === undefined || factor > 2 ** 49) throw new Error("Expected a whole header, got an end before it");
      coded += (byte & 0x7f) * factor;
      if (byte < 0x80) return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    }
  };
  const bytes = (): Buffer => {
    const length = long();
    if (length < 0 || at + length > head.length) throw new Error("Expected a whole header, got an end before it");
    at += length;
    return head.subarray(at - length, at);
  };
  for (let count = long(); count !== 0; count = long()) {
    // A negative count is followed by the size of the block in bytes.
    if (count < 0) long();
    for (let left = Math.abs(count); left > 0; left--) {
      if (pairs.size >= HEADER_PAIRS_MAX) throw new Error(`Expected at most ${HEADER_PAIRS_MAX} pairs in the header`);
      pairs.set(bytes().toString("utf8"), bytes());
    }
  }
  return { pairs, bytes: at };
}

const STRING: ColumnType = { kind: "string" };

const PRIMITIVES: Readonly<Record<string, ColumnType>> = {
  boolean: { kind: "boolean" },
  bytes: { kind: "binary" },
  double: { kind: "double" },
  enum: STRING,
  fixed: { kind: "binary" },
  float: { kind: "float" },
  int: { kind: "int" },
  long: { kind: "bigint" },
  string: STRING,
};

/** Types that hold others go by their names after their first mention; one that holds itself is kept as text. */
class TypeReader {
  readonly #named = new Map<string, Named>();
  #types = 0;

  columns(schema: JsonValue): readonly Column[] {
    const type = this.#type(schema, "", 1);
    // Writers of single values have no record on top; Hive wants columns.
    return type.kind === "struct" ? type.fields : [{ name: "value", type }];
  }

  #type(schema: JsonValue, namespace: string, depth: number): ColumnType {
    if (depth > TYPE_DEPTH_MAX || ++this.#types > TYPES_MAX)
      throw new Error("Expected a schema of fewer types and levels");
    if (typeof schema === "string") return this.#reference(schema, namespace);
    if (Array.isArray(schema)) return this.#union(schema, namespace, depth);
    if (typeof schema !== "object" || schema === null) throw new Error("Expected a type, got something else");
    const { type } = schema;
    if (typeof type !== "string") return this.#type(type ?? null, namespace, depth + 1);
    if (type === "array") return { kind: "array", element: this.#type(schema.items ?? null, namespace, depth + 1) };
    if (type === "map")
      return { kind: "map", key: STRING, value: this.#type(schema.values ?? null, namespace, depth + 1) };
    if (type === "record" || type === "error") return this.#record(schema, namespace, depth);
    const found = logicalType(schema) ?? this.#reference(type, namespace);
    if (typeof schema.name === "string") this.#named.set(fullName(schema, namespace), { type: found, types: 1 });
    return found;
  }

  #record(schema: JsonObject, namespace: string, depth: number): ColumnType {
    const name = fullName(schema, namespace);
    this.#named.set(name, { type: STRING, types: 1 });
    const before = this.#types;
    const inner = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
    const fields = Array.isArray(schema.fields) ? schema.fields : [];
    const type: ColumnType = {
      kind: "struct",
      fields: fields.map((field) => {
        const { name: fieldName, type: fieldType } = field as JsonObject;
        if (typeof fieldName !== "string") throw new Error("Expected fields with names");
        return { name: fieldName, type: this.#type(fieldType ?? null, inner, depth + 1) };
      }),
    };
    this.#named.set(name, { type, types: this.#types - before + 1 });
    return type;
  }

  /** Null and one type is that type; others become what holds them all. */
  #union(branches: readonly JsonValue[], namespace: string, depth: number): ColumnType {
    const types = branches.filter((one) => one !== "null").map((one) => this.#type(one, namespace, depth + 1));
    return types.length === 0 ? STRING : types.reduce(joinTypes);
  }

  #reference(name: string, namespace: string): ColumnType {
    if (name === "null") return STRING;
    const known = Object.hasOwn(PRIMITIVES, name) ? PRIMITIVES[name] : undefined;
    if (known !== undefined) return known;
    const found = this.#named.get(`${namespace}.${name}`) ?? this.#named.get(name);
    if (found === undefined) throw new Error(`Expected a type that is known, got "${name.slice(0, 80)}"`);
    // Written out it counts again: names of names of names may stand for more types than there is memory.
    this.#types += found.types;
    return found.type;
  }
}

interface Named {
  readonly type: ColumnType;
  /** It and all its parts. */
  readonly types: number;
}

/** The name under which a type is known from here on. */
export function fullName({ name, namespace: own }: JsonObject, namespace: string): string {
  const text = typeof name === "string" ? name : "";
  const space = typeof own === "string" ? own : namespace;
  return text.includes(".") || space === "" ? text : `${space}.${text}`;
}

function logicalType({ logicalType: name, precision, scale = 0 }: JsonObject): ColumnType | undefined {
  if (name === "date") return { kind: "date" };
  if (typeof name === "string" && /^(local-)?timestamp-/.test(name)) return { kind: "timestamp" };
  if (name !== "decimal" || typeof precision !== "number" || typeof scale !== "number") return undefined;
  const isHive = precision >= 1 && precision <= DECIMAL_PRECISION_MAX && scale >= 0 && scale <= precision;
  return isHive ? { kind: "decimal", precision, scale } : undefined;
}
