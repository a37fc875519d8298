import type { ArrayCell, Cell, MapCell, TimestampCell } from "../rows/row.ts";
import { BooleanRunWriter } from "./boolean-run-writer.ts";
import { ByteRunWriter } from "./byte-run-writer.ts";
import { type ColumnContext, type ColumnWriter, ENCODING, STREAM_KIND, type ValueWriter } from "./column-writer.ts";
import { IntegerRunWriter } from "./integer-run-writer.ts";
import { bigVarint } from "./integer-runs.ts";
import type { PositionTaker } from "./position.ts";
import { StreamBuffer } from "./stream-buffer.ts";

/** How the values of each type are spread over streams. */

export function booleanValues(context: ColumnContext): ValueWriter {
  const data = new BooleanRunWriter(bufferOf(context));
  return {
    encoding: ENCODING.direct,
    takers: [data],
    streams: [{ kind: STREAM_KIND.data, buffer: data.stream }],
    write: (cell) => data.write(cell === true),
  };
}

export function byteValues(context: ColumnContext): ValueWriter {
  const data = new ByteRunWriter(bufferOf(context));
  return {
    encoding: ENCODING.direct,
    takers: [data],
    streams: [{ kind: STREAM_KIND.data, buffer: data.stream }],
    write: (cell) => data.write((cell as number) & 0xff),
  };
}

/** smallint, int, bigint; dates as days since 1970. */
export function integerValues(context: ColumnContext): ValueWriter {
  const data = new IntegerRunWriter(bufferOf(context), { signed: true });
  return {
    encoding: ENCODING.directV2,
    takers: [data],
    streams: [{ kind: STREAM_KIND.data, buffer: data.stream }],
    write: (cell) => data.write(cell as number | bigint),
  };
}

export function floatValues(context: ColumnContext): ValueWriter {
  return fixedValues(context, 4, (bytes, value, at) => bytes.writeFloatLE(value, at));
}

export function doubleValues(context: ColumnContext): ValueWriter {
  return fixedValues(context, 8, (bytes, value, at) => bytes.writeDoubleLE(value, at));
}

/** string, varchar, char. */
export function textValues(context: ColumnContext): ValueWriter {
  return lengthedValues(context, (data, cell) => {
    const text = cell as string;
    data.reserve(text.length * UTF8_BYTES_MAX);
    return data.bytes.write(text, data.length, "utf8");
  });
}

export function binaryValues(context: ColumnContext): ValueWriter {
  return lengthedValues(context, (data, cell) => {
    const bytes = cell as Buffer;
    data.reserve(bytes.length);
    return bytes.copy(data.bytes, data.length);
  });
}

/** Digits as a number of any size, and beside it the scale, which is that of the type for each. */
export function decimalValues(context: ColumnContext, scale: number): ValueWriter {
  const data = rawTaker(bufferOf(context));
  const scales = new IntegerRunWriter(bufferOf(context), { signed: true });
  return {
    encoding: ENCODING.directV2,
    takers: [data, scales],
    streams: [
      { kind: STREAM_KIND.data, buffer: data.stream },
      { kind: STREAM_KIND.secondary, buffer: scales.stream },
    ],
    write: (cell) => {
      bigVarint(data.stream, cell as bigint);
      scales.write(scale);
    },
  };
}

/**
 * Seconds since 2015 and nanoseconds. Readers take one second from times before 1970 whose nanoseconds show in
 * milliseconds, because writers once divided towards zero; so it is added here.
 */
export function timestampValues(context: ColumnContext): ValueWriter {
  const data = new IntegerRunWriter(bufferOf(context), { signed: true });
  const nanoseconds = new IntegerRunWriter(bufferOf(context), { signed: false });
  return {
    encoding: ENCODING.directV2,
    takers: [data, nanoseconds],
    streams: [
      { kind: STREAM_KIND.data, buffer: data.stream },
      { kind: STREAM_KIND.secondary, buffer: nanoseconds.stream },
    ],
    write: (cell) => {
      const { epochSeconds, nanos } = cell as TimestampCell;
      const shift = epochSeconds < 0 && nanos >= NANOS_PER_MILLI ? 1 : 0;
      data.write(epochSeconds + shift - EPOCH_2015_SECONDS);
      nanoseconds.write(packNanos(nanos));
    },
  };
}

/** What the rule above cannot tell from a time after 1970: the last second before it, but for its start. */
export function isAmbiguousTimestamp({ epochSeconds, nanos }: TimestampCell): boolean {
  return epochSeconds === -1 && nanos >= NANOS_PER_MILLI;
}

export function structValues(children: readonly ColumnWriter[]): ValueWriter {
  return {
    encoding: ENCODING.direct,
    takers: [],
    streams: [],
    write: (cell) => {
      const cells = cell as ArrayCell;
      for (const [index, child] of children.entries()) child.write(cells[index] ?? null);
    },
  };
}

export function arrayValues(context: ColumnContext, element: ColumnWriter): ValueWriter {
  return countedValues(context, (cell) => {
    const cells = cell as ArrayCell;
    for (const one of cells) element.write(one);
    return cells.length;
  });
}

export function mapValues(context: ColumnContext, key: ColumnWriter, value: ColumnWriter): ValueWriter {
  return countedValues(context, (cell) => {
    const { keys, values } = cell as MapCell;
    for (const one of keys) key.write(one);
    for (const one of values) value.write(one);
    return keys.length;
  });
}

/** 2015-01-01T00:00:00, where ORC's timestamps begin. */
const EPOCH_2015_SECONDS = 1_420_070_400;
const NANOS_PER_MILLI = 1_000_000;
/** UTF-8 bytes of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

/** The last three bits count the zeros that were taken off, less one; a single zero stays. */
function packNanos(nanos: number): number {
  if (nanos === 0) return 0;
  if (nanos % 100 !== 0) return nanos * 8;
  let rest = nanos / 100;
  let zeros = 1;
  while (rest % 10 === 0 && zeros < 7) {
    rest /= 10;
    zeros++;
  }
  return rest * 8 + zeros;
}

function fixedValues(
  context: ColumnContext,
  width: number,
  write: (bytes: Buffer, value: number, at: number) => number,
): ValueWriter {
  const data = rawTaker(bufferOf(context));
  return {
    encoding: ENCODING.direct,
    takers: [data],
    streams: [{ kind: STREAM_KIND.data, buffer: data.stream }],
    write: (cell) => {
      data.stream.reserve(width);
      data.stream.length = write(data.stream.bytes, cell as number, data.stream.length);
    },
  };
}

function lengthedValues(
  context: ColumnContext,
  append: (data: StreamBuffer, cell: Exclude<Cell, null>) => number,
): ValueWriter {
  const data = rawTaker(bufferOf(context));
  const lengths = new IntegerRunWriter(bufferOf(context), { signed: false });
  return {
    encoding: ENCODING.directV2,
    takers: [data, lengths],
    streams: [
      { kind: STREAM_KIND.data, buffer: data.stream },
      { kind: STREAM_KIND.length, buffer: lengths.stream },
    ],
    write: (cell) => {
      const bytes = append(data.stream, cell);
      data.stream.length += bytes;
      lengths.write(bytes);
    },
  };
}

function countedValues(context: ColumnContext, writeAll: (cell: Exclude<Cell, null>) => number): ValueWriter {
  const lengths = new IntegerRunWriter(bufferOf(context), { signed: false });
  return {
    encoding: ENCODING.directV2,
    takers: [lengths],
    streams: [{ kind: STREAM_KIND.length, buffer: lengths.stream }],
    write: (cell) => lengths.write(writeAll(cell)),
  };
}

function rawTaker(stream: StreamBuffer): PositionTaker & { flush(): void } {
  return { stream, takePosition: () => [stream.plainLength], flush: () => undefined };
}

function bufferOf({ compression, memory }: ColumnContext): StreamBuffer {
  return new StreamBuffer(compression, memory);
}
