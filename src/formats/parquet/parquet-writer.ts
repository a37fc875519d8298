import { isUtf8 } from "node:buffer";
import type { LakehoseError } from "../../model/errors.ts";
import type { Schema } from "../../model/schema/column-type.ts";
import type { EncodeReject, Scratch } from "../format.ts";
import type { ObjectWriter, Reject } from "../gathering-encoder.ts";
import type { TakenRecords } from "../held-records.ts";
import { JsonCursor, MalformedJson } from "../rows/json-cursor.ts";
import { type JsonRowOptions, type JsonRowReader, jsonRowReader } from "../rows/json-rows.ts";
import { CarefulRoad } from "./careful-road.ts";
import type { CopyOrder, ParquetLayout } from "./copy-statement.ts";
import { DuckdbFailure } from "./duckdb.ts";
import { Originals } from "./originals.ts";
import { type Line, PortionLines } from "./portion-lines.ts";
import { RecordProof } from "./prove-record.ts";
import { type LineColumn, rowLine } from "./row-line.ts";
import { shortageOf } from "./shortage.ts";
import { Spellings } from "./spellings.ts";
import { removeFile, Spill } from "./spill.ts";
import { SpillQueue } from "./spill-queue.ts";

/**
 * Two roads to one file, and the same answers on both.
 *
 * As records come, each is looked at once, byte by byte. One that is proved to mean to DuckDB what it means to the reader
 * of rows (`prove-record.ts`) is spilled as it is. Every other is read by the reader of rows itself, and either rejected
 * with its code, or spilled anew in a form that leaves DuckDB no choice (`row-line.ts`). So each line of the scratch file
 * is known to be good, a bad record costs no more than itself, and one statement makes the object at the end: DuckDB
 * parses again, on its own threads and many times as fast, and writes Parquet.
 *
 * Should DuckDB refuse lines all the same, records are found again behind them and take the road of every other
 * (`careful-road.ts`). The order of rows is that of the records; what lies in the file depends on the records alone.
 */
export class ParquetWriter implements ObjectWriter {
  readonly #options: ParquetWriterOptions;
  readonly #reader: JsonRowReader;
  readonly #spellings: Spellings;
  readonly #proof: RecordProof;
  #scratch: ScratchFiles | undefined;
  /** Why there will be no object this time. */
  #shortage: LakehoseError | undefined;

  constructor(options: ParquetWriterOptions) {
    const { schema, json } = options;
    this.#options = options;
    this.#reader = jsonRowReader(schema, json);
    this.#spellings = new Spellings(schema.columns, (key) => this.#reader.columnOf(key));
    this.#proof = new RecordProof(schema, json, this.#spellings);
  }

  /** DuckDB's memory is one budget for the whole process and taken while an object is finished only. */
  get retainedBytes(): number {
    return this.#scratch?.originals.retainedBytes ?? 0;
  }

  /**
   * A drain that fails stops a delivery, so what the disk refuses here is said at the end, where the object is simply made
   * again. Until then records are let go, and the room that their lines took is given back to whoever fills the disk.
   */
  async write(records: TakenRecords, reject: Reject): Promise<readonly Buffer[]> {
    await this.#unlessShort(() => this.#spill(records, reject));
    return [];
  }

  /** Lines are pieces of the records' memory. */
  async settle(): Promise<void> {
    await this.#unlessShort(async () => this.#scratch?.queue.settle());
  }

  async #unlessShort(work: () => Promise<void>): Promise<void> {
    if (this.#shortage !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.#shortage = shortageOf(error);
      if (this.#shortage === undefined) throw error;
      await this.#removeFiles();
    }
  }

  async *end(rejectLate: (reject: EncodeReject) => void): AsyncGenerator<readonly Buffer[]> {
    if (this.#shortage !== undefined) throw this.#shortage;
    const objectPath = await this.#options.scratch.path("object.parquet");
    try {
      await this.#makeObject(objectPath, rejectLate).catch((error: unknown) => {
        throw shortageOf(error) ?? error;
      });
      await this.#removeFiles();
      yield* this.#options.objectChunks(objectPath);
    } finally {
      await this.#removeFiles();
      await removeFile(objectPath);
    }
  }

  async #spill(records: TakenRecords, reject: Reject): Promise<void> {
    const { spill, queue, originals } = await this.#files();
    const { bytes, ends } = records;
    const lines = new PortionLines(spill, bytes, ends.length);
    // Asked for all at once: records that were proved begin and end with a brace, so no character lies in two of them.
    const allUtf8 = isUtf8(bytes);
    let start = 0;
    for (let place = 0; place < ends.length; place++) {
      const end = ends[place] ?? start;
      const line = lines.lineOf(start, end);
      const proved =
        (allUtf8 || isUtf8(bytes.subarray(start, end))) && this.#proof.proves(line.bytes, line.start, line.end);
      if (proved) {
        lines.keep(line);
        noteOriginal(originals, bytes, start, end, line);
      } else this.#judge(bytes.subarray(start, end), place, lines, originals, reject);
      start = end;
    }
    await queue.add(lines);
    await originals.write();
  }

  #judge(record: Buffer, place: number, lines: PortionLines, originals: Originals, reject: Reject): void {
    const { rows, reject: problem } = this.#reader.read(record);
    if (problem !== undefined) {
      originals.rejected();
      reject(place, problem);
      return;
    }
    if (!this.#spellings.settled) learnSpellings(record, this.#spellings);
    const columns = this.#lineColumns();
    for (const row of rows) lines.append(rowLine(row, columns));
    originals.keep(record, rows.length);
  }

  async #makeObject(objectPath: string, rejectLate: (reject: EncodeReject) => void): Promise<void> {
    const { spill, originals } = await this.#files();
    if (spill.lines === 0) await spill.write([]);
    try {
      await this.#copy(spill, spill.path, objectPath, this.#proof.epochColumns);
    } catch (error) {
      if (!(error instanceof DuckdbFailure && error.kind === "data")) throw error;
      await CarefulRoad.take({
        originals,
        linesPath: spill.path,
        reader: this.#reader,
        columns: this.#lineColumns(),
        scratch: this.#options.scratch,
        makeObject: (linesPath, all) => this.#copy(all, linesPath, objectPath, NO_COLUMNS),
        rejectLate,
      });
    }
  }

  /** What does not fit into memory is tried once more in smaller row groups. */
  async #copy(
    { lines, bytes, longestLineBytes }: Spill,
    linesPath: string,
    objectPath: string,
    epochColumns: ReadonlySet<number>,
  ): Promise<void> {
    const columns = this.#columns().map((column, place) => ({ ...column, epochs: epochColumns.has(place) }));
    const { layout, copy } = this.#options;
    const order = { linesPath, objectPath, columns, lines, bytes, longestLineBytes, layout };
    try {
      await copy(order);
    } catch (error) {
      if (!(error instanceof DuckdbFailure && error.kind === "memory")) throw error;
      await copy({ ...order, sparing: true });
    }
  }

  #columns() {
    const { schema, json } = this.#options;
    return schema.columns.map(({ name, type }, place) => ({
      name,
      type,
      key: this.#spellings.of(place, json.columnToKey[name] ?? name),
    }));
  }

  #lineColumns(): LineColumn[] {
    return this.#columns().map(({ key, type }) => ({ quotedKey: JSON.stringify(key), type }));
  }

  async #files(): Promise<ScratchFiles> {
    const { scratch } = this.#options;
    if (this.#scratch === undefined) {
      const spill = new Spill(await scratch.path("lines.ndjson"));
      const originals = new Originals(await scratch.path("originals"));
      this.#scratch = { spill, queue: new SpillQueue(spill), originals };
    }
    return this.#scratch;
  }

  async #removeFiles(): Promise<void> {
    await this.#scratch?.spill.remove();
    await this.#scratch?.originals.remove();
  }
}

interface ScratchFiles {
  readonly spill: Spill;
  readonly queue: SpillQueue;
  readonly originals: Originals;
}

const NO_COLUMNS: ReadonlySet<number> = new Set();

export interface ParquetWriterOptions {
  readonly schema: Schema;
  readonly json: JsonRowOptions;
  readonly layout: ParquetLayout;
  readonly scratch: Scratch;
  /** Makes the object of its lines; fails with a `DuckdbFailure`. */
  readonly copy: (order: CopyOrder) => Promise<void>;
  /** The bytes of the object, from the file that was made. */
  readonly objectChunks: (path: string) => AsyncIterable<readonly Buffer[]>;
}

const LINE_FEED = 0x0a;

function noteOriginal(originals: Originals, bytes: Buffer, start: number, end: number, line: Line): void {
  const trimmed = end - start - (line.end - line.start);
  if (trimmed === 0) originals.asLine(false);
  else if (trimmed === 1 && bytes[end - 1] === LINE_FEED) originals.asLine(true);
  else originals.keep(bytes.subarray(start, end), 1);
}

/** Lets the keys of a record that could not be proved count as well, before names are settled for good. */
function learnSpellings(record: Buffer, spellings: Spellings): void {
  const cursor = new JsonCursor(record.toString("utf8"));
  try {
    while (!cursor.atEnd() && cursor.next() === "object") {
      for (let key = cursor.nextKey(true); key !== undefined; key = cursor.nextKey(false)) {
        spellings.fieldOf(key);
        cursor.skipRest(cursor.next());
      }
    }
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
  }
}
