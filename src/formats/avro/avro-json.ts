import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { bytesJson, dateJson, decimalJson, keyJson, numberJson, timestampJson } from "../rows/json-text.ts";
import type { AvroCursor } from "./avro-cursor.ts";
import { fullName } from "./read-schema.ts";

/** Reads one value and gives it as JSON. */
export type AvroReader = (cursor: AvroCursor) => string;

/** What is asked of a value: its type in the table; absent: whatever it is. */
type Wanted = ColumnType | undefined;

/**
 * A reader of rows in the writer's schema, which `readAvroSchema` has taken for good. Of a record only those fields are
 * given that are asked for, under the names of the table: Avro tells apart letter cases and Hive does not. A file whose values
 * are no records has the column `value`.
 */
export function avroRowReader(schema: JsonValue, columns: readonly Column[]): AvroReader {
  const readers = new ReaderMaker();
  if (isRecord(schema)) return readers.make(schema, "", { kind: "struct", fields: columns });
  const column = columns.find(({ name }) => name === "value");
  const value = readers.make(schema, "", column?.type);
  return (cursor) => {
    const text = value(cursor);
    return column === undefined ? "{}" : `{"value":${text}}`;
  };
}

function isRecord(schema: JsonValue): schema is JsonObject {
  return typeof schema === "object" && schema !== null && !Array.isArray(schema) && schema.type === "record";
}

interface Named {
  readonly schema: JsonObject;
  readonly namespace: string;
}

class ReaderMaker {
  readonly #named = new Map<string, Named>();
  /** Readers of types of which nothing special is asked: a record that holds itself needs one, however deep it goes. */
  readonly #whole = new Map<Named, AvroReader>();

  make(schema: JsonValue, namespace: string, wanted: Wanted): AvroReader {
    const read = this.#make(schema, namespace, wanted);
    return (cursor) => {
      cursor.countValue();
      return read(cursor);
    };
  }

  #make(schema: JsonValue, namespace: string, wanted: Wanted): AvroReader {
    if (typeof schema === "string") return this.#reference(schema, namespace, wanted);
    if (Array.isArray(schema)) return this.#union(schema, namespace, wanted);
    if (typeof schema !== "object" || schema === null) throw new Error("Expected a type");
    const { type } = schema;
    if (typeof type !== "string") return this.#make(type ?? null, namespace, wanted);
    if (typeof schema.name === "string") this.#name(schema, namespace);
    switch (type) {
      case "record":
      case "error":
        return this.#record(schema, namespace, wanted);
      case "array":
        return this.#array(schema.items ?? null, namespace, wanted);
      case "map":
        return this.#map(schema.values ?? null, namespace, wanted);
      case "enum":
        return enumReader(schema);
      case "fixed":
        return fixedReader(schema, wanted);
      default:
        return logicalReader(schema) ?? this.#reference(type, namespace, wanted);
    }
  }

  #name(schema: JsonObject, namespace: string): void {
    const name = fullName(schema, namespace);
    if (this.#named.get(name)?.schema !== schema) this.#named.set(name, { schema, namespace });
  }

  /** Made when it is first read: a record may hold itself. */
  #reference(name: string, namespace: string, wanted: Wanted): AvroReader {
    const simple = simpleReader(name, wanted);
    if (simple !== undefined) return simple;
    const found = this.#named.get(`${namespace}.${name}`) ?? this.#named.get(name);
    if (found === undefined) throw new Error(`Expected a type that is known, got "${name.slice(0, 80)}"`);
    let read: AvroReader | undefined;
    return (cursor) => {
      read ??= wanted === undefined ? this.#wholeReader(found) : this.#make(found.schema, found.namespace, wanted);
      return read(cursor);
    };
  }

  #wholeReader(named: Named): AvroReader {
    const read = this.#whole.get(named) ?? this.#make(named.schema, named.namespace, undefined);
    this.#whole.set(named, read);
    return read;
  }

  #union(branches: readonly JsonValue[], namespace: string, wanted: Wanted): AvroReader {
    const readers = branches.map((branch) => this.make(branch, namespace, wanted));
    return (cursor) => {
      const place = cursor.int();
      const read = readers[place];
      if (read === undefined) throw new Error(`Expected one of ${readers.length} branches of a union, got ${place}`);
      return read(cursor);
    };
  }

  #record(schema: JsonObject, namespace: string, wanted: Wanted): AvroReader {
    const name = fullName(schema, namespace);
    const inner = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
    const fields = (Array.isArray(schema.fields) ? schema.fields : []) as readonly JsonObject[];
    const open = wanted?.kind === "struct" ? new Map(wanted.fields.map((one) => [one.name, one.type])) : undefined;
    const members = fields.map((field) => {
      const [member, type] = memberOf(field, open);
      return { member: member && `${JSON.stringify(member)}:`, read: this.make(field.type ?? null, inner, type) };
    });
    return (cursor) =>
      cursor.within(() => {
        let text = "";
        for (const { member, read } of members) {
          const value = read(cursor);
          if (member !== undefined) text += text === "" ? member + value : `,${member}${value}`;
        }
        return `{${text}}`;
      });
  }

  /** An array of keys and values is a map where the table says so: Avro's own maps have texts as keys. */
  #array(items: JsonValue, namespace: string, wanted: Wanted): AvroReader {
    if (wanted?.kind === "map" && isRecord(items)) return this.#pairs(items, namespace, wanted.key, wanted.value);
    const item = this.make(items, namespace, wanted?.kind === "array" ? wanted.element : undefined);
    return (cursor) => `[${readBlocks(cursor, () => item(cursor)).join(",")}]`;
  }

  #pairs(items: JsonObject, namespace: string, key: ColumnType, value: ColumnType): AvroReader {
    const [first, second] = (Array.isArray(items.fields) ? items.fields : []) as readonly JsonObject[];
    const keyReader = this.make(first?.type ?? null, namespace, key);
    const valueReader = this.make(second?.type ?? null, namespace, value);
    const pair = (cursor: AvroCursor) => `${keyJson(keyReader(cursor))}:${valueReader(cursor)}`;
    return (cursor) => `{${readBlocks(cursor, () => pair(cursor)).join(",")}}`;
  }

  #map(values: JsonValue, namespace: string, wanted: Wanted): AvroReader {
    const value = this.make(values, namespace, wanted?.kind === "map" ? wanted.value : undefined);
    const pair = (cursor: AvroCursor) => `${JSON.stringify(cursor.bytes().toString("utf8"))}:${value(cursor)}`;
    return (cursor) => `{${readBlocks(cursor, () => pair(cursor)).join(",")}}`;
  }
}

/** The name under which a field is given, and its type there. Each is given once, though two may differ in case alone. */
function memberOf(field: JsonObject, open: Map<string, ColumnType> | undefined): [string | undefined, Wanted] {
  if (open === undefined) return [String(field.name), undefined];
  // Columns whose name is none of Avro's are told by our own writer as `doc`.
  const name = [field.name, field.doc].map((one) => String(one).toLowerCase()).find((one) => open.has(one));
  if (name === undefined) return [undefined, undefined];
  const type = open.get(name);
  open.delete(name);
  return [name, type];
}

/** Items come in blocks behind their count; a negative one is followed by the bytes of the block. */
function readBlocks(cursor: AvroCursor, read: () => string): readonly string[] {
  const items: string[] = [];
  for (let count = cursor.int(); count !== 0; count = cursor.int()) {
    if (count < 0) cursor.long();
    for (let left = Math.abs(count); left > 0; left--) items.push(read());
  }
  return items;
}

function enumReader({ symbols }: JsonObject): AvroReader {
  const texts = (Array.isArray(symbols) ? symbols : []).map((symbol) => JSON.stringify(String(symbol)));
  return (cursor) => {
    const place = cursor.int();
    return texts[place] ?? outOf(`${texts.length} symbols of an enum`, place);
  };
}

function outOf(what: string, place: number): never {
  throw new Error(`Expected one of ${what}, got ${place}`);
}

function fixedReader(schema: JsonObject, wanted: Wanted): AvroReader {
  const size = Number(schema.size);
  if (schema.logicalType === "decimal") return decimalReader(schema, (cursor) => cursor.take(size));
  return (cursor) => textOrBytes(cursor.take(size), wanted);
}

function textOrBytes(bytes: Buffer, wanted: Wanted): string {
  const isText = wanted !== undefined && wanted.kind !== "binary";
  return isText ? JSON.stringify(bytes.toString("utf8")) : bytesJson(bytes);
}

function simpleReader(name: string, wanted: Wanted): AvroReader | undefined {
  switch (name) {
    case "null":
      return () => "null";
    case "boolean":
      return (cursor) => (cursor.byte() === 0 ? "false" : "true");
    case "int":
    case "long":
      return (cursor) => String(cursor.long());
    case "float":
      return (cursor) => numberJson(cursor.take(4).readFloatLE());
    case "double":
      return (cursor) => numberJson(cursor.take(8).readDoubleLE());
    case "bytes":
      return (cursor) => textOrBytes(cursor.bytes(), wanted);
    case "string":
      return (cursor) => {
        const bytes = cursor.bytes();
        return wanted?.kind === "binary" ? bytesJson(bytes) : JSON.stringify(bytes.toString("utf8"));
      };
    default:
      return undefined;
  }
}

function logicalReader(schema: JsonObject): AvroReader | undefined {
  const { type, logicalType } = schema;
  if (type === "bytes" && logicalType === "decimal") return decimalReader(schema, (cursor) => cursor.bytes());
  if (type === "int" && logicalType === "date") return (cursor) => dateJson(cursor.int());
  const unit =
    type === "long" ? /^(?:local-)?timestamp-(millis|micros|nanos)$/.exec(String(logicalType))?.[1] : undefined;
  if (unit === undefined) return undefined;
  const perSecond = { millis: 1_000n, micros: 1_000_000n, nanos: 1_000_000_000n }[unit] ?? 1n;
  return (cursor) => {
    const value = BigInt(cursor.long());
    const rest = ((value % perSecond) + perSecond) % perSecond;
    return timestampJson(Number((value - rest) / perSecond), Number((rest * 1_000_000_000n) / perSecond));
  };
}

/** 38 digits take 16 bytes; a decimal of many more would keep us busy with its digits. */
const DECIMAL_BYTES_MAX = 64;
const SCALE_MAX = 100;

function decimalReader(schema: JsonObject, take: (cursor: AvroCursor) => Buffer): AvroReader {
  const scale = Number(schema.scale ?? 0);
  if (!Number.isInteger(scale) || Math.abs(scale) > SCALE_MAX) throw new Error(`Expected a scale, got ${scale}`);
  return (cursor) => {
    const bytes = take(cursor);
    if (bytes.length > DECIMAL_BYTES_MAX) throw new Error(`Expected decimals of at most ${DECIMAL_BYTES_MAX} bytes`);
    const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
    return decimalJson(unscaled, scale);
  };
}
