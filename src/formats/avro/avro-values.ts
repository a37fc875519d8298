import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import type { ArrayCell, Cell, MapCell, TimestampCell } from "../rows/row.ts";
import type { ByteWriter } from "./byte-writer.ts";

/**
 * Values in Avro's binary encoding:
 *
 *     union    branch (long: 0 is null, 1 the value), value
 *     record   fields one after another
 *     array    count (long), elements, 0; a map likewise, each value behind its key
 */
export function rowWriter(columns: readonly Column[], output: ByteWriter): (row: ArrayCell) => void {
  const writers = columns.map(({ type }) => nullableWriter(type, output));
  return (row) => {
    for (const [index, write] of writers.entries()) write(row[index] ?? null);
  };
}

type CellWriter = (cell: Cell) => void;

function nullableWriter(type: ColumnType, output: ByteWriter): CellWriter {
  const write = cellWriter(type, output);
  return (cell) => {
    output.byte(cell === null ? 0 : 2);
    if (cell !== null) write(cell);
  };
}

/** Writes cells of that type that are not null. */
function cellWriter(type: ColumnType, output: ByteWriter): CellWriter {
  switch (type.kind) {
    case "boolean":
      return (cell) => output.byte(cell === true ? 1 : 0);
    case "float":
      return (cell) => output.float(cell as number);
    case "double":
      return (cell) => output.double(cell as number);
    case "string":
    case "varchar":
    case "char":
      return (cell) => output.text(cell as string);
    case "binary":
      return (cell) => output.bytes(cell as Buffer);
    case "decimal":
      return (cell) => output.bytes(twosComplement(cell as bigint));
    case "timestamp":
      return (cell) => output.long(microsOf(cell as TimestampCell));
    case "array":
      return arrayWriter(nullableWriter(type.element, output), output);
    case "map":
      return mapWriter(cellWriter(type.key, output), nullableWriter(type.value, output), output);
    case "struct": {
      const write = rowWriter(type.fields, output);
      return (cell) => write(cell as ArrayCell);
    }
    default:
      return (cell) => output.long(cell as number | bigint);
  }
}

function arrayWriter(write: CellWriter, output: ByteWriter): CellWriter {
  return (cell) => {
    const cells = cell as ArrayCell;
    if (cells.length > 0) output.long(cells.length);
    for (const one of cells) write(one);
    output.byte(0);
  };
}

/** An array of pairs has the same bytes. */
function mapWriter(writeKey: CellWriter, writeValue: CellWriter, output: ByteWriter): CellWriter {
  return (cell) => {
    const { keys, values } = cell as MapCell;
    if (keys.length > 0) output.long(keys.length);
    for (const [index, key] of keys.entries()) {
      writeKey(key);
      writeValue(values[index] ?? null);
    }
    output.byte(0);
  };
}

/** Big-endian and as short as it can be. */
function twosComplement(value: bigint): Buffer {
  let bytes = 1;
  for (let rest = value < 0n ? ~value : value; rest >= 0x80n; rest >>= 8n) bytes++;
  const hex = BigInt.asUintN(bytes * 8, value).toString(16);
  return Buffer.from(hex.padStart(bytes * 2, "0"), "hex");
}

/** Digits beyond microseconds are cut off, as in every file with this type. */
function microsOf({ epochSeconds, nanos }: TimestampCell): number | bigint {
  const micros = epochSeconds * 1_000_000 + Math.floor(nanos / 1000);
  if (Number.isSafeInteger(micros)) return micros;
  return BigInt(epochSeconds) * 1_000_000n + BigInt(Math.floor(nanos / 1000));
}
