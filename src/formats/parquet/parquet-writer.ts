import { isUtf8 } from "node:buffer";
import type { Schema } from "../../model/schema/column-type.ts";
import type { Scratch } from "../format.ts";
import type { ObjectWriter, Reject } from "../gathering-encoder.ts";
import type { TakenRecords } from "../held-records.ts";
import { JsonCursor, MalformedJson } from "../rows/json-cursor.ts";
import { type JsonRowOptions, type JsonRowReader, jsonRowReader } from "../rows/json-rows.ts";
import { copyStatement, type ParquetLayout } from "./copy-statement.ts";
import { runDuckdb } from "./duckdb.ts";
import { RecordProof } from "./prove-record.ts";
import { rowLine } from "./row-line.ts";
import { Spellings } from "./spellings.ts";
import { readFileChunks, removeFile, Spill } from "./spill.ts";

/**
 * Two roads to one file, and the same answers on both.
 *
 * As records come, each is looked at once, byte by byte. One that is proved to mean to DuckDB what it means to the reader
 * of rows (`prove-record.ts`) is spilled as it is. Every other is read by the reader of rows itself, and either rejected
 * with its code, or spilled anew in a form that leaves DuckDB no choice (`row-line.ts`). So each line of the scratch file
 * is known to be good, a bad record costs no more than itself, and one statement makes the object at the end: DuckDB
 * parses again, on its own threads and many times as fast, and writes Parquet.
 *
 * The order of rows is that of the records; what lies in the file depends on the records alone.
 */
export class ParquetWriter implements ObjectWriter {
  /** DuckDB's memory is one budget for the whole process and taken while an object is finished only. */
  readonly retainedBytes = 0;
  readonly #options: ParquetWriterOptions;
  readonly #reader: JsonRowReader;
  readonly #spellings: Spellings;
  readonly #proof: RecordProof;
  #spill: Spill | undefined;

  constructor(options: ParquetWriterOptions) {
    const { schema, json } = options;
    this.#options = options;
    this.#reader = jsonRowReader(schema, json);
    this.#spellings = new Spellings(schema.columns, (key) => this.#reader.columnOf(key));
    this.#proof = new RecordProof(schema, json, this.#spellings);
  }

  async write(records: TakenRecords, reject: Reject): Promise<readonly Buffer[]> {
    this.#spill ??= new Spill(await this.#options.scratch.path("lines.ndjson"));
    const lines = new Lines(this.#spill, records.bytes.length + records.ends.length + LINE_SLACK_BYTES);
    // Asked for all at once: records that were proved begin and end with a brace, so no character lies in two of them.
    const allUtf8 = isUtf8(records.bytes);
    let start = 0;
    for (const [place, end] of records.ends.entries()) {
      const line = lines.copy(records.bytes, start, end);
      const proved =
        (allUtf8 || isUtf8(records.bytes.subarray(start, end))) &&
        this.#proof.proves(lines.bytes, line.start, line.end);
      if (proved) lines.keep(line);
      else this.#judge(records.bytes.subarray(start, end), place, lines, reject);
      start = end;
    }
    const chunks = lines.take();
    if (chunks.length > 0) await this.#spill.write(chunks);
    return [];
  }

  async *end(): AsyncGenerator<readonly Buffer[]> {
    const spill = this.#spill ?? new Spill(await this.#options.scratch.path("lines.ndjson"));
    const objectPath = await this.#options.scratch.path("object.parquet");
    try {
      if (spill.lines === 0) await spill.write([]);
      await runDuckdb(this.#statement(spill, objectPath), this.#options.schema.columns.length);
      await spill.remove();
      yield* readFileChunks(objectPath);
    } finally {
      await spill.remove();
      await removeFile(objectPath);
    }
  }

  #judge(record: Buffer, place: number, lines: Lines, reject: Reject): void {
    const { rows, reject: problem } = this.#reader.read(record);
    if (problem !== undefined) {
      reject(place, problem);
      return;
    }
    if (!this.#spellings.settled) learnSpellings(record, this.#spellings);
    const columns = this.#columns().map(({ key, type }) => ({ quotedKey: JSON.stringify(key), type }));
    for (const row of rows) lines.append(rowLine(row, columns));
  }

  #columns() {
    const { schema, json } = this.#options;
    return schema.columns.map(({ name, type }, place) => ({
      name,
      type,
      key: this.#spellings.of(place, json.columnToKey[name] ?? name),
      epochs: this.#proof.epochColumns.has(place),
    }));
  }

  #statement(spill: Spill, objectPath: string): string {
    const { lines, bytes, longestLineBytes, path } = spill;
    const columns = this.#columns();
    return copyStatement({
      linesPath: path,
      objectPath,
      columns,
      lines,
      bytes,
      longestLineBytes,
      layout: this.#options.layout,
    });
  }
}

export interface ParquetWriterOptions {
  readonly schema: Schema;
  readonly json: JsonRowOptions;
  readonly layout: ParquetLayout;
  readonly scratch: Scratch;
}

/** So that the few bytes which a proof looks ahead are always there. */
const LINE_SLACK_BYTES = 64;
const LINE_FEED = 0x0a;

/** White space of JSON; anything else around a record is for the reader of rows to refuse. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}

interface Line {
  readonly start: number;
  /** Place of its line feed. */
  readonly end: number;
}

/** The lines of one portion: copied first and looked at then, because the line feed at the end stops every proof. */
class Lines {
  readonly bytes: Buffer;
  readonly #spill: Spill;
  readonly #others: Buffer[] = [];
  #start = 0;
  #used = 0;

  constructor(spill: Spill, bytesMax: number) {
    this.#spill = spill;
    this.bytes = Buffer.allocUnsafe(bytesMax);
  }

  /** Copies a record without the white space around it behind what is kept. */
  copy(source: Buffer, from: number, to: number): Line {
    let start = from;
    let end = to;
    while (end > start && isBlank(source[end - 1])) end--;
    while (start < end && isBlank(source[start])) start++;
    source.copy(this.bytes, this.#used, start, end);
    const lineEnd = this.#used + end - start;
    this.bytes[lineEnd] = LINE_FEED;
    return { start: this.#used, end: lineEnd };
  }

  keep({ start, end }: Line): void {
    this.#used = end + 1;
    this.#spill.count(this.#used - start);
  }

  append(line: string): void {
    this.#closeRun();
    const bytes = Buffer.from(`${line}\n`);
    this.#others.push(bytes);
    this.#spill.count(bytes.length);
  }

  take(): Buffer[] {
    this.#closeRun();
    return this.#others;
  }

  #closeRun(): void {
    if (this.#used > this.#start) this.#others.push(this.bytes.subarray(this.#start, this.#used));
    this.#start = this.#used;
  }
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
