import { ROW_LENGTH_MAX, ROW_VALUES_MAX } from "../row-lines.ts";
import { bytesJson, dateJson, decimalJson, keyJson, numberJson, timestampJson } from "../rows/json-text.ts";
import { STREAM_KIND } from "./column-writer.ts";
import { IntegerRunsV2 } from "./integer-runs-v2.ts";
import { numberIn } from "./protobuf-reader.ts";
import { BitRuns, ByteRuns, type Integer, type IntegerRuns, IntegerRunsV1, readWideVarint } from "./run-readers.ts";
import { StreamBytes } from "./stream-bytes.ts";
import type { StripeStreams } from "./stripe-streams.ts";
import { ORC_KIND, type OrcType } from "./type-tree.ts";

/** Gives the next value of a column as JSON. */
export type ValueReader = () => string;

/** Elements that a row may still have: they may take no bytes at all. */
export interface RowBudget {
  left: number;
}

/** A reader of a column of a stripe; each call is the next row, or the next place of what the column stands in. */
export function columnReader(type: OrcType, stripe: StripeStreams, budget: RowBudget): ValueReader {
  const present = stripe.stream(type.id, STREAM_KIND.present);
  const read = valueReader(type, stripe, budget);
  if (present === undefined) return read;
  const bits = new BitRuns(present);
  return () => (bits.next() ? read() : "null");
}

function valueReader(type: OrcType, stripe: StripeStreams, budget: RowBudget): ValueReader {
  const streams = new ColumnStreams(type.id, stripe);
  switch (type.kind) {
    case ORC_KIND.boolean: {
      const bits = new BitRuns(streams.bytes(STREAM_KIND.data));
      return () => (bits.next() ? "true" : "false");
    }
    case ORC_KIND.byte: {
      const bytes = new ByteRuns(streams.bytes(STREAM_KIND.data));
      return () => String((bytes.next() << 24) >> 24);
    }
    case ORC_KIND.short:
    case ORC_KIND.int:
    case ORC_KIND.long: {
      const integers = streams.integers(STREAM_KIND.data, true);
      return () => String(integers.next());
    }
    case ORC_KIND.date: {
      const days = streams.integers(STREAM_KIND.data, true);
      return () => dateJson(Number(days.next()));
    }
    case ORC_KIND.float: {
      const data = streams.bytes(STREAM_KIND.data);
      return () => numberJson(data.take(4).readFloatLE());
    }
    case ORC_KIND.double: {
      const data = streams.bytes(STREAM_KIND.data);
      return () => numberJson(data.take(8).readDoubleLE());
    }
    case ORC_KIND.string:
    case ORC_KIND.varchar:
    case ORC_KIND.char:
    case ORC_KIND.binary:
      return textReader(type, streams);
    case ORC_KIND.decimal:
      return decimalReader(streams);
    case ORC_KIND.timestamp:
    case ORC_KIND.timestampInstant:
      return timestampReader(streams, type.kind === ORC_KIND.timestamp ? stripe.offsetAt : () => 0);
    default:
      return nestedReader(type, streams, stripe, budget);
  }
}

function nestedReader(type: OrcType, streams: ColumnStreams, stripe: StripeStreams, budget: RowBudget): ValueReader {
  const parts = type.parts.map((part) => columnReader(part.type, stripe, budget));
  switch (type.kind) {
    case ORC_KIND.list: {
      const lengths = streams.integers(STREAM_KIND.length, false);
      const element = parts[0] ?? noPart();
      return () => `[${repeated(Number(lengths.next()), budget, element)}]`;
    }
    case ORC_KIND.map: {
      const lengths = streams.integers(STREAM_KIND.length, false);
      const [key = noPart(), value = noPart()] = parts;
      return () => `{${repeated(Number(lengths.next()), budget, () => `${keyJson(key())}:${value()}`)}}`;
    }
    case ORC_KIND.struct: {
      const names = type.parts.map(({ name }) => JSON.stringify(name));
      return () => `{${parts.map((read, place) => `${names[place]}:${read()}`).join(",")}}`;
    }
    case ORC_KIND.union: {
      const tags = new ByteRuns(streams.bytes(STREAM_KIND.data));
      return () => (parts[tags.next()] ?? noPart())();
    }
    default:
      throw new Error(`Expected a type of ORC, got number ${type.kind}`);
  }
}

function noPart(): never {
  throw new Error("Expected all parts of a type");
}

function repeated(count: number, budget: RowBudget, read: ValueReader): string {
  budget.left -= count;
  if (budget.left < 0) throw new Error(`Expected at most ${ROW_VALUES_MAX} elements in a row`);
  const values: string[] = [];
  for (let left = count; left > 0; left--) values.push(read());
  return values.join(",");
}

function textReader(type: OrcType, streams: ColumnStreams): ValueReader {
  const render = renderer(type);
  const lengths = streams.integers(STREAM_KIND.length, false);
  if (!streams.hasDictionary) {
    const data = streams.bytes(STREAM_KIND.data);
    return () => render(data.take(checkedLength(lengths.next())));
  }
  const places = streams.integers(STREAM_KIND.data, false);
  const entries = readDictionary(streams, lengths).map((bytes): Buffer | string => bytes);
  return () => {
    const place = Number(places.next());
    const entry = entries[place];
    if (entry === undefined) throw new Error(`Expected one of ${entries.length} entries of a dictionary, got ${place}`);
    if (typeof entry === "string") return entry;
    const text = render(entry);
    entries[place] = text;
    return text;
  };
}

/** Entries of one dictionary, and their bytes; writers give up on dictionaries long before. */
const DICTIONARY_ENTRIES_MAX = 4_000_000;
const DICTIONARY_BYTES_MAX = 128 * 1024 * 1024;

function readDictionary(streams: ColumnStreams, lengths: IntegerRuns): readonly Buffer[] {
  const count = streams.dictionaryEntries;
  if (count > DICTIONARY_ENTRIES_MAX)
    throw new Error(`Expected a dictionary of at most ${DICTIONARY_ENTRIES_MAX} entries`);
  const data = streams.bytes(STREAM_KIND.dictionaryData);
  let left = DICTIONARY_BYTES_MAX;
  return Array.from({ length: count }, () => {
    const length = checkedLength(lengths.next());
    left -= length;
    if (left < 0) throw new Error(`Expected a dictionary of at most ${DICTIONARY_BYTES_MAX} bytes`);
    return data.take(length);
  });
}

function checkedLength(value: number | bigint): number {
  const length = Number(value);
  if (length < 0 || length > ROW_LENGTH_MAX) throw new Error(`Expected a value of at most ${ROW_LENGTH_MAX} bytes`);
  return length;
}

/** What is text here may be bytes in the table, and the other way round. */
function renderer({ kind, wanted }: OrcType): (bytes: Buffer) => string {
  const isBinary = wanted === undefined ? kind === ORC_KIND.binary : wanted.kind === "binary";
  if (isBinary) return bytesJson;
  if (kind === ORC_KIND.char) return (bytes) => JSON.stringify(bytes.toString("utf8").trimEnd());
  return (bytes) => JSON.stringify(bytes.toString("utf8"));
}

const SCALE_MAX = 100;

function decimalReader(streams: ColumnStreams): ValueReader {
  const data = streams.bytes(STREAM_KIND.data);
  const scales = streams.integers(STREAM_KIND.secondary, true);
  return () => {
    const scale = Number(scales.next());
    if (Math.abs(scale) > SCALE_MAX) throw new Error(`Expected a scale of at most ${SCALE_MAX}, got ${scale}`);
    return decimalJson(readWideVarint(data), scale);
  };
}

/** 2015-01-01T00:00:00, where ORC's timestamps begin. */
const EPOCH_2015_SECONDS = 1_420_070_400;
const NANOS_PER_MILLI = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;

/**
 * Seconds count from 2015 on the writer's wall clock. Before 1970 Java's writer divides towards zero and counts nanoseconds
 * forward all the same, from a millisecond on, which its readers mend and this one too; Arrow's counts them backwards.
 */
function timestampReader(streams: ColumnStreams, offsetAt: (epochSeconds: number) => number): ValueReader {
  const seconds = streams.integers(STREAM_KIND.data, true);
  const nanoseconds = streams.integers(STREAM_KIND.secondary, false);
  const start = EPOCH_2015_SECONDS - offsetAt(EPOCH_2015_SECONDS);
  return () => {
    const nanos = unpackNanos(nanoseconds.next());
    const moment = start + Number(seconds.next());
    const isSecondLate = nanos < 0 || (moment < 0 && nanos >= NANOS_PER_MILLI);
    const mended = isSecondLate ? moment - 1 : moment;
    return timestampJson(mended + offsetAt(mended), nanos < 0 ? nanos + NANOS_PER_SECOND : nanos);
  };
}

/** The last three bits count the zeros that were taken off, less one. What has 64 bits is a negative number. */
function unpackNanos(packed: Integer): number {
  const whole = typeof packed === "number" ? packed : Number(BigInt.asIntN(64, packed));
  const zeros = ((whole % 8) + 8) % 8;
  const nanos = Math.floor(whole / 8) * (zeros === 0 ? 1 : 10 ** (zeros + 1));
  if (!(Math.abs(nanos) < NANOS_PER_SECOND)) throw new Error(`Expected nanoseconds below a second, got ${nanos}`);
  return nanos;
}

/** By the numbers of ColumnEncoding.Kind: DICTIONARY and DICTIONARY_V2; DIRECT_V2 and DICTIONARY_V2. */
const DICTIONARIES = [1, 3];
const SECOND_VERSIONS = [2, 3];

/** The streams of one column. One that is left out is empty: a column of nulls has none. */
class ColumnStreams {
  readonly #column: number;
  readonly #stripe: StripeStreams;
  readonly #encoding: number;

  constructor(column: number, stripe: StripeStreams) {
    this.#column = column;
    this.#stripe = stripe;
    this.#encoding = numberIn(stripe.encodings[column] ?? new Map(), 1) ?? 0;
  }

  get hasDictionary(): boolean {
    return DICTIONARIES.includes(this.#encoding);
  }

  get dictionaryEntries(): number {
    return numberIn(this.#stripe.encodings[this.#column] ?? new Map(), 2) ?? 0;
  }

  bytes(kind: number): StreamBytes {
    return this.#stripe.stream(this.#column, kind) ?? new StreamBytes(Buffer.alloc(0), NOTHING_PACKED);
  }

  integers(kind: number, signed: boolean): IntegerRuns {
    const stream = this.bytes(kind);
    return SECOND_VERSIONS.includes(this.#encoding)
      ? new IntegerRunsV2(stream, signed)
      : new IntegerRunsV1(stream, signed);
  }
}

const NOTHING_PACKED = { compression: 0, chunkBytes: 0 };
