import { STREAM_KIND } from "./column-writer.ts";
import { bytesIn, numberIn, type ProtobufFields, readProtobuf } from "./protobuf-reader.ts";
import { type OrcPacking, unpackOrc } from "./read-schema.ts";
import { StreamBytes } from "./stream-bytes.ts";
import type { OrcType } from "./type-tree.ts";
import { type ZoneOffset, zoneOffset } from "./writer-zone.ts";

/** A part of an object; `end` is exclusive. */
export type ReadRange = (start: number, end: number) => Promise<Buffer>;

/** The streams of a stripe that are needed, in memory as they are packed. */
export interface StripeStreams {
  readonly rows: number;
  /** Of the columns, by their numbers: how they are encoded and how many entries their dictionaries have. */
  readonly encodings: readonly ProtobufFields[];
  readonly offsetAt: ZoneOffset;
  /** A fresh reader of a stream; `undefined` where the stripe has none. */
  stream(column: number, kind: number): StreamBytes | undefined;
}

/** What may be read of one stripe: as much as the largest stripes that writers make. */
const STRIPE_BYTES_MAX = 256 * 1024 * 1024;

/** Streams that are no further apart are read in one go. */
const GAP_BYTES_MAX = 256 * 1024;

/** `stripe` is the StripeInformation of the file's footer. */
export async function readStripe(
  read: ReadRange,
  stripe: ProtobufFields,
  packing: OrcPacking,
  root: OrcType,
): Promise<StripeStreams> {
  const [offset = 0, indexBytes = 0, dataBytes = 0, footerBytes = 0, rows = 0] = [1, 2, 3, 4, 5].map(
    (field) => numberIn(stripe, field) ?? 0,
  );
  if (footerBytes > STRIPE_BYTES_MAX) throw new Error(`Expected the footer of a stripe, got ${footerBytes} bytes`);
  const footerAt = offset + indexBytes + dataBytes;
  const footer = readProtobuf(unpackOrc(await readExactly(read, footerAt, footerAt + footerBytes), packing));
  const needed = neededStreams(footer, offset, footerAt, new Set(idsOf(root)));
  const bytes = needed.reduce((total, { start, end }) => total + end - start, 0);
  if (bytes > STRIPE_BYTES_MAX) {
    throw new Error(
      `Expected at most ${STRIPE_BYTES_MAX} bytes of the columns in a stripe, got ${bytes}: ask for fewer`,
    );
  }
  const found = new Map<string, Buffer>();
  for (const run of runsOf(needed)) {
    const start = run[0]?.start ?? 0;
    const part = await readExactly(read, start, run.at(-1)?.end ?? start);
    for (const one of run) found.set(`${one.column} ${one.kind}`, part.subarray(one.start - start, one.end - start));
  }
  return {
    rows,
    encodings: bytesIn(footer, 2).map(readProtobuf),
    offsetAt: zoneOffset(bytesIn(footer, 3)[0]?.toString("utf8") ?? ""),
    stream: (column, kind) => {
      const packed = found.get(`${column} ${kind}`);
      return packed && new StreamBytes(packed, packing);
    },
  };
}

interface StreamPlace {
  readonly column: number;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
}

/** Indexes and Bloom filters are left where they are. */
const KINDS: ReadonlySet<number> = new Set(Object.values(STREAM_KIND).filter((kind) => kind < STREAM_KIND.rowIndex));

/** Streams stand one behind the other from the start of the stripe. */
function neededStreams(
  footer: ProtobufFields,
  offset: number,
  end: number,
  columns: ReadonlySet<number>,
): StreamPlace[] {
  const needed: StreamPlace[] = [];
  let at = offset;
  for (const message of bytesIn(footer, 1)) {
    const stream = readProtobuf(message);
    const [kind, column, bytes] = [numberIn(stream, 1) ?? 0, numberIn(stream, 2) ?? 0, numberIn(stream, 3) ?? 0];
    const place = { column, kind, start: at, end: at + bytes };
    at += bytes;
    if (at > end) throw new Error("Expected the streams of a stripe within it");
    if (KINDS.has(kind) && columns.has(column)) needed.push(place);
  }
  return needed;
}

function idsOf(type: OrcType): readonly number[] {
  return [type.id, ...type.parts.flatMap((part) => idsOf(part.type))];
}

function runsOf(places: readonly StreamPlace[]): readonly (readonly StreamPlace[])[] {
  const runs: StreamPlace[][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && place.start - last.end <= GAP_BYTES_MAX) run.push(place);
    else runs.push([place]);
  }
  return runs;
}

async function readExactly(read: ReadRange, start: number, end: number): Promise<Buffer> {
  const bytes = start === end ? Buffer.alloc(0) : await read(start, end);
  if (bytes.length !== end - start) throw new Error(`Expected ${end - start} bytes at ${start}, got ${bytes.length}`);
  return bytes;
}
