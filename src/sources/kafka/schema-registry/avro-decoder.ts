import type { Schema, Type } from "avsc";
import { dateText, decimalText, durationOf, timestampText, timeText } from "./logical-values.ts";
import { type SchemaDecoder, toJson } from "./schema-decoder.ts";

/**
 * Avro payloads as JSON. Unions are the value itself, without the name of its branch; bytes are base64; longs keep all their
 * digits; logical types see `logical-values.ts`. `referenced` are schemas whose names the schema uses, dependencies first.
 */
export async function avroDecoder(schema: string, referenced: readonly string[]): Promise<SchemaDecoder> {
  const { default: avro } = await import("avsc");
  const { LogicalType, LongType } = avro.types;

  const longType = (convert: (value: bigint) => unknown): Type =>
    LongType.__with({
      fromBuffer: (bytes: Buffer) => convert(bytes.readBigInt64LE()),
      toBuffer: unused,
      fromJSON: unused,
      toJSON: unused,
      isValid: unused,
      compare: unused,
    });
  const logicalType = (convert: (value: never, parameters: LogicalParameters) => unknown) =>
    class extends LogicalType {
      readonly #parameters: LogicalParameters;
      constructor(declared: Schema, options?: object) {
        super(declared, options);
        this.#parameters = declared as unknown as LogicalParameters;
      }
      override _fromValue(value: never): unknown {
        return convert(value, this.#parameters);
      }
      override _toValue = unused;
    };
  const options = {
    registry: {},
    wrapUnions: true,
    logicalTypes: {
      decimal: logicalType((bytes: Buffer, { scale = 0 }) => decimalText(bytes, scale)),
      date: logicalType((days: number) => dateText(days)),
      "time-millis": logicalType((ms: number) => timeText(BigInt(ms), 1_000n)),
      duration: logicalType((bytes: Buffer) => durationOf(bytes)),
    },
    typeHook: (declared: Schema): Type | undefined => {
      const { type, logicalType: name = "" } =
        typeof declared === "string" ? { type: declared } : (declared as Declared);
      return type === "long" ? longType(LONG_CONVERSIONS[name] ?? ((value) => value)) : undefined;
    },
  };
  for (const one of referenced) avro.Type.forSchema(JSON.parse(one) as Schema, options);
  const type = avro.Type.forSchema(JSON.parse(schema) as Schema, options);
  return (payload) => toJson(plain(type, type.fromBuffer(payload)));
}

interface LogicalParameters {
  readonly scale?: number;
}

interface Declared {
  readonly type?: unknown;
  readonly logicalType?: string;
}

const LONG_CONVERSIONS: Readonly<Record<string, (value: bigint) => unknown>> = {
  "time-micros": (value) => timeText(value, 1_000_000n),
  "timestamp-millis": (value) => `${timestampText(value, 1_000n)}Z`,
  "timestamp-micros": (value) => `${timestampText(value, 1_000_000n)}Z`,
  "timestamp-nanos": (value) => `${timestampText(value, 1_000_000_000n)}Z`,
  "local-timestamp-millis": (value) => timestampText(value, 1_000n),
  "local-timestamp-micros": (value) => timestampText(value, 1_000_000n),
  "local-timestamp-nanos": (value) => timestampText(value, 1_000_000_000n),
};

/** The library asks for both directions; we only read. */
function unused(): never {
  throw new TypeError("Avro is only read here");
}

/** What the parts of a type are; the library's own types are wider. */
interface WalkedType {
  readonly typeName: string;
  readonly branchName: string;
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
  readonly itemsType: Type;
  readonly valuesType: Type;
  readonly types: readonly Type[];
}

function plain(type: Type, value: unknown): unknown {
  const { typeName, fields, itemsType, valuesType, types } = type as unknown as WalkedType;
  const members = value as Readonly<Record<string, unknown>>;
  switch (typeName) {
    case "record":
    case "error":
      return Object.fromEntries(fields.map(({ name, type: inner }) => [name, plain(inner, members[name])]));
    case "array":
      return (value as readonly unknown[]).map((item) => plain(itemsType, item));
    case "map":
      return Object.fromEntries(Object.entries(members).map(([key, one]) => [key, plain(valuesType, one)]));
    case "union:wrapped": {
      if (value === null) return null;
      const [[branch, inner] = ["", null]] = Object.entries(members);
      const chosen = types.find((one) => (one as unknown as WalkedType).branchName === branch);
      return chosen === undefined ? inner : plain(chosen, inner);
    }
    case "bytes":
    case "fixed":
      return (value as Buffer).toString("base64");
    default:
      return value;
  }
}
