import { type FileHandle, open } from "node:fs/promises";
import { COLUMN_CHUNK, COLUMN_METADATA, FILE_METADATA, INT96, ROW_GROUP, STATISTICS_BOUNDS } from "./footer-fields.ts";
import { int96Chunk } from "./int96-chunk.ts";
import { makeInt96, type SchemaLeaf, schemaLeaves } from "./schema-leaves.ts";
import { readThrift, type ThriftStruct, writeThrift } from "./thrift-compact.ts";

/**
 * A file of DuckDB's with its timestamps as INT96, which DuckDB reads and does not write.
 *
 *     file     "PAR1"; column chunks, row group by row group; Bloom filters; footer; its length (uint32 LE); "PAR1"
 *
 * Chunks of timestamps are written anew (`int96-chunk.ts`), all others are copied as they are; the footer is that of DuckDB
 * with other places, sizes and types. Timestamps lose what readers would compare as whole numbers: bounds and Bloom filters.
 *
 * Memory: the footer, and a chunk of timestamps of one row group. Each part has to begin where the last one ended, so that
 * a file that is laid out in another way than is known here is refused and not spoiled.
 */
export async function* int96ObjectChunks(path: string): AsyncGenerator<readonly Buffer[]> {
  const file = await open(path, "r");
  try {
    const { footer, start } = await readFooter(file);
    yield* new Int96Body(file, footer).chunks(start);
    const bytes = writeThrift(footer);
    const tail = Buffer.alloc(TAIL_BYTES);
    tail.writeUInt32LE(bytes.length);
    tail.write(MAGIC, LENGTH_BYTES, "latin1");
    yield [bytes, tail];
  } finally {
    await file.close();
  }
}

const MAGIC = "PAR1";
const LENGTH_BYTES = 4;
const TAIL_BYTES = LENGTH_BYTES + MAGIC.length;
const COPY_BYTES = 1024 * 1024;

async function readFooter(file: FileHandle): Promise<{ readonly footer: ThriftStruct; readonly start: number }> {
  const tailStart = (await file.stat()).size - TAIL_BYTES;
  const tail = await readSpan(file, Math.max(0, tailStart), TAIL_BYTES);
  if (tail.toString("latin1", LENGTH_BYTES) !== MAGIC) throw unknownFile(`${MAGIC} at the end`);
  const start = tailStart - tail.readUInt32LE();
  const { struct: footer } = readThrift(await readSpan(file, start, tailStart - start), 0);
  return { footer, start };
}

/** Everything before the footer. Places and types in the footer are changed on the way. */
class Int96Body {
  readonly #file: FileHandle;
  readonly #rowGroups: readonly ThriftStruct[];
  readonly #leaves: readonly SchemaLeaf[];
  /** How far the file is known, and how far it has been handed on. */
  #at = 0;
  #handedOn = 0;
  /** How much further behind things stand in the new file. */
  #shift = 0;

  constructor(file: FileHandle, footer: ThriftStruct) {
    this.#file = file;
    this.#rowGroups = footer.structs(FILE_METADATA.rowGroups);
    this.#leaves = schemaLeaves(footer.structs(FILE_METADATA.schema));
  }

  async *chunks(footerStart: number): AsyncGenerator<readonly Buffer[]> {
    this.#pass(0, MAGIC.length);
    for (const rowGroup of this.#rowGroups) {
      move(rowGroup, ROW_GROUP.fileOffset, this.#shift);
      for (const [place, column] of rowGroup.structs(ROW_GROUP.columns).entries())
        yield* this.#column(rowGroup, column, this.#leaves[place]);
    }
    yield* this.#bloomFilters();
    this.#pass(footerStart, 0);
    yield* this.#handOn();
    for (const { element, isTimestamp } of this.#leaves) if (isTimestamp) makeInt96(element);
  }

  async *#column(rowGroup: ThriftStruct, column: ThriftStruct, leaf: SchemaLeaf | undefined) {
    const metadata = column.struct(COLUMN_CHUNK.metadata);
    if (metadata === undefined || leaf === undefined) throw unknownFile("a column chunk for each leaf of the schema");
    const { dataPageOffset, dictionaryPageOffset, totalCompressedSize } = COLUMN_METADATA;
    const start = metadata.integer(dictionaryPageOffset) ?? metadata.integer(dataPageOffset) ?? 0;
    const bytes = metadata.integer(totalCompressedSize) ?? 0;
    const newStart = start + this.#shift;
    move(column, COLUMN_CHUNK.fileOffset, this.#shift);
    move(metadata, dataPageOffset, this.#shift);
    move(metadata, dictionaryPageOffset, this.#shift);
    if (leaf.isTimestamp) {
      yield* this.#skip(start, bytes);
      const chunk = await readSpan(this.#file, start, bytes);
      const anew = await int96Chunk(chunk, leaf, metadata.integer(COLUMN_METADATA.codec));
      yield anew.parts;
      this.#shift += anew.bytes - bytes;
      metadata.replaceInteger(dataPageOffset, newStart + anew.firstDataPage);
      becomeInt96(rowGroup, metadata, anew.bytes, anew.plainBytes);
    } else this.#pass(start, bytes);
  }

  /** Those of timestamps are left out. */
  async *#bloomFilters(): AsyncGenerator<readonly Buffer[]> {
    const { type, bloomFilterOffset, bloomFilterLength } = COLUMN_METADATA;
    const filters = this.#rowGroups
      .flatMap((rowGroup) => rowGroup.structs(ROW_GROUP.columns))
      .map((column) => column.struct(COLUMN_CHUNK.metadata))
      .flatMap((metadata) => {
        const start = metadata?.integer(bloomFilterOffset);
        return metadata === undefined || start === undefined ? [] : [{ metadata, start }];
      })
      .sort((a, b) => a.start - b.start);
    for (const { metadata, start } of filters) {
      const bytes = metadata.integer(bloomFilterLength) ?? 0;
      if (metadata.integer(type) === INT96) {
        yield* this.#skip(start, bytes);
        this.#shift -= bytes;
        metadata.remove(bloomFilterOffset, bloomFilterLength);
      } else {
        this.#pass(start, bytes);
        move(metadata, bloomFilterOffset, this.#shift);
      }
    }
  }

  /** Lets what begins at `start` be copied with the next parts. */
  #pass(start: number, bytes: number): void {
    if (start !== this.#at) throw unknownFile(`its next part at ${this.#at}`, `${start}`);
    this.#at = start + bytes;
  }

  /** Hands on what stands before `start` and nothing of what begins there. */
  async *#skip(start: number, bytes: number): AsyncGenerator<readonly Buffer[]> {
    yield* this.#handOn();
    this.#pass(start, bytes);
    this.#handedOn = this.#at;
  }

  async *#handOn(): AsyncGenerator<readonly Buffer[]> {
    while (this.#handedOn < this.#at) {
      const bytes = Math.min(this.#at - this.#handedOn, COPY_BYTES);
      yield [await readSpan(this.#file, this.#handedOn, bytes)];
      this.#handedOn += bytes;
    }
  }
}

function becomeInt96(rowGroup: ThriftStruct, metadata: ThriftStruct, bytes: number, plainBytes: number): void {
  const { type, statistics, totalCompressedSize, totalUncompressedSize } = COLUMN_METADATA;
  move(rowGroup, ROW_GROUP.totalCompressedSize, bytes - (metadata.integer(totalCompressedSize) ?? 0));
  move(rowGroup, ROW_GROUP.totalByteSize, plainBytes - (metadata.integer(totalUncompressedSize) ?? 0));
  metadata.replaceInteger(totalCompressedSize, bytes);
  metadata.replaceInteger(totalUncompressedSize, plainBytes);
  metadata.replaceInteger(type, INT96);
  metadata.struct(statistics)?.remove(...STATISTICS_BOUNDS);
}

/** Adds to a place or a size. Places that nobody is told are written as 0 and stay so. */
function move(struct: ThriftStruct, id: number, by: number): void {
  const value = struct.integer(id) ?? 0;
  if (value > 0) struct.replaceInteger(id, value + by);
}

async function readSpan(file: FileHandle, start: number, bytes: number): Promise<Buffer> {
  const span = Buffer.allocUnsafe(bytes);
  for (let filled = 0; filled < bytes; ) {
    const { bytesRead } = await file.read(span, filled, bytes - filled, start + filled);
    if (bytesRead === 0) throw unknownFile(`${bytes} bytes at ${start}`, `${filled}`);
    filled += bytesRead;
  }
  return span;
}

function unknownFile(expected: string, got?: string): Error {
  return new Error(`Expected a Parquet file with ${expected}${got === undefined ? "" : `, got ${got}`}`);
}
