import { zstdDecompressSync } from "node:zlib";
import avro, { type Schema, type Type } from "avsc";
import { uncompressSync } from "snappy";
import { decimalText } from "../../src/formats/rows/cell-text.ts";
import type { Column, ColumnType } from "../../src/model/schema/column-type.ts";

/** Rows of an Avro file as the library avsc finds them, in the form of `plainCell` in `row-corpus.ts`, as JSON. */
export function readAvro(file: Buffer, columns: readonly Column[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const decoder = new avro.streams.BlockDecoder({
      parseHook,
      codecs: { ...avro.streams.BlockDecoder.defaultCodecs(), ...codecs },
    });
    decoder.on("data", (row: Record<string, unknown>) => {
      lines.push(JSON.stringify(plainStruct(row, columns)));
    });
    decoder.on("error", reject).on("end", () => resolve(lines));
    decoder.end(file);
  });
}

/** 64-bit numbers with all their digits. */
const longType = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0),
});

function parseHook(schema: Schema): Type {
  const hook = (one: unknown) => (one === "long" || (one as { type?: unknown }).type === "long" ? longType : undefined);
  return avro.Type.forSchema(schema, { typeHook: hook, wrapUnions: false } as never);
}

type Codec = (data: Buffer, callback: (error: Error | null, plain: Buffer) => void) => void;

const codecs: Record<string, Codec> = {
  snappy: (data, callback) => callback(null, Buffer.from(uncompressSync(data.subarray(0, -4)))),
  zstandard: (data, callback) => callback(null, zstdDecompressSync(data)),
};

function plainStruct(row: Record<string, unknown>, columns: readonly Column[]): unknown[] {
  return columns.map(({ name, type }) => plain(row[name], type));
}

function plain(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case "boolean":
    case "string":
    case "varchar":
      return value;
    case "char":
      return (value as string).trimEnd();
    case "float":
    case "double": {
      const bits = Buffer.alloc(8);
      bits.writeDoubleBE(value as number);
      return bits.toString("hex");
    }
    case "decimal": {
      const bytes = value as Buffer;
      return decimalText(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`)), type.scale);
    }
    case "binary":
      return (value as Buffer).toString("hex");
    case "timestamp": {
      const micros = value as bigint;
      const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
      return `${(micros - rest) / 1_000_000n}.${rest * 1000n}`;
    }
    case "array":
      return (value as unknown[]).map((one) => plain(one, type.element));
    case "map":
      return Object.entries(value as object).map(([key, one]) => [key, plain(one, type.value)]);
    case "struct":
      return plainStruct(value as Record<string, unknown>, type.fields);
    default:
      return String(value);
  }
}
