import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { EncodeReject, Scratch } from "../format.ts";
import type { JsonRowReader } from "../rows/json-rows.ts";
import type { RowReject } from "../rows/row.ts";
import { DuckdbFailure } from "./duckdb.ts";
import type { Original, Originals } from "./originals.ts";
import { type LineColumn, rowLine } from "./row-line.ts";
import { removeFile, Spill } from "./spill.ts";

/**
 * The way out when DuckDB refuses lines that were known to be good. Nobody knows which they are, so:
 *
 * 1. Every record is read again by the reader of rows and written in the form that leaves DuckDB no choice.
 * 2. If that is refused as well, the lines are tried in parts, and parts of these, down to the records at fault. They are
 *    rejected, and all others land.
 *
 * Slow, and meant for what should never happen: a proof with a hole in it must cost a record, not a delivery.
 */
export class CarefulRoad {
  readonly #options: CarefulRoadOptions;
  readonly #lines: Spill;
  readonly #partPath: string;
  /** Of each record that has rows: its place in the object, and where its lines end. */
  readonly #indexes: number[] = [];
  readonly #ends: number[] = [];

  private constructor(options: CarefulRoadOptions, lines: Spill, partPath: string) {
    this.#options = options;
    this.#lines = lines;
    this.#partPath = partPath;
  }

  /** Makes the object and rejects what cannot be in it. */
  static async take(options: CarefulRoadOptions): Promise<void> {
    const lines = new Spill(await options.scratch.path("careful.ndjson"));
    const partPath = await options.scratch.path("part.ndjson");
    const road = new CarefulRoad(options, lines, partPath);
    try {
      await road.#run();
    } finally {
      await lines.remove();
      await removeFile(partPath);
    }
  }

  async #run(): Promise<void> {
    await this.#writeLines();
    if ((await this.#refusal(this.#lines.path)) === undefined) return;
    const refusalOfNone = await this.#refusalOf([[0, 0]]);
    if (refusalOfNone !== undefined) throw schemaRefused(refusalOfNone);
    const refused = await this.#refusedWithin(0, this.#ends.length);
    const refusal = await this.#refusalOf(rangesBetween(refused, this.#ends.length));
    if (refusal !== undefined) throw unexplained(refusal);
    await this.#reject(new Map(refused.map(({ at, message }) => [this.#indexes[at] ?? -1, message])));
  }

  async #writeLines(): Promise<void> {
    const { originals, linesPath, reader, columns, rejectLate } = this.#options;
    let portion: Buffer[] = [];
    let portionBytes = 0;
    let bytes = 0;
    await this.#lines.write([]);
    for await (const original of originals.read(linesPath)) {
      const { rows, reject } = reader.read(original.record);
      if (reject !== undefined) {
        rejectLate(rejectOf(original, reject));
        continue;
      }
      for (const row of rows) {
        const line = Buffer.from(`${rowLine(row, columns)}\n`);
        this.#lines.count(line.length);
        portion.push(line);
        portionBytes += line.length;
        bytes += line.length;
      }
      this.#indexes.push(original.index);
      this.#ends.push(bytes);
      if (portionBytes < PORTION_BYTES) continue;
      await this.#lines.write(portion);
      portion = [];
      portionBytes = 0;
    }
    await this.#lines.write(portion);
  }

  /** Looks for the records that DuckDB refuses, each alone. */
  async #refusedWithin(from: number, to: number): Promise<Refused[]> {
    const refusal = await this.#refusalOf([[from, to]]);
    if (refusal === undefined) return [];
    if (to - from === 1) return [{ at: from, message: refusal.message }];
    const step = Math.ceil((to - from) / PARTS);
    const found: Refused[] = [];
    for (let at = from; at < to; at += step) found.push(...(await this.#refusedWithin(at, Math.min(to, at + step))));
    return found;
  }

  /** Why DuckDB makes no object of these records; `undefined` when it has made one. */
  async #refusalOf(ranges: readonly Range[]): Promise<DuckdbFailure | undefined> {
    await removeFile(this.#partPath);
    for (const [from, to] of [[0, 0] as const, ...ranges]) {
      const start = this.#ends[from - 1] ?? 0;
      const bytes = (this.#ends[to - 1] ?? 0) - start;
      const source = bytes === 0 ? [] : createReadStream(this.#lines.path, { start, end: start + bytes - 1 });
      await pipeline(source, createWriteStream(this.#partPath, { flags: "a", mode: 0o600 }));
    }
    return this.#refusal(this.#partPath);
  }

  async #refusal(linesPath: string): Promise<DuckdbFailure | undefined> {
    try {
      await this.#options.makeObject(linesPath, this.#lines);
      return undefined;
    } catch (error) {
      if (error instanceof DuckdbFailure && error.kind === "data") return error;
      throw error;
    }
  }

  async #reject(messageOf: ReadonlyMap<number, string>): Promise<void> {
    const { originals, linesPath, rejectLate } = this.#options;
    for await (const original of originals.read(linesPath)) {
      const message = messageOf.get(original.index);
      if (message === undefined) continue;
      const problem = `The record cannot be written as Parquet. ${message}`;
      rejectLate(rejectOf(original, { code: "DataFormatConversion.MalformedData", message: problem }));
    }
  }
}

export interface CarefulRoadOptions {
  readonly originals: Originals;
  /** The lines that were refused. */
  readonly linesPath: string;
  readonly reader: JsonRowReader;
  readonly columns: readonly LineColumn[];
  readonly scratch: Scratch;
  /** Makes the object of lines, of which `all` are the counts or a little more than that. */
  readonly makeObject: (linesPath: string, all: Spill) => Promise<void>;
  readonly rejectLate: (reject: EncodeReject) => void;
}

/** Records from (inclusive) and to (exclusive). */
type Range = readonly [from: number, to: number];

interface Refused {
  readonly at: number;
  readonly message: string;
}

const PORTION_BYTES = 256 * 1024;

/** Few rounds, and small parts soon: a try costs some ten milliseconds beside its bytes. */
const PARTS = 16;

function rangesBetween(refused: readonly Refused[], count: number): Range[] {
  const edges = [-1, ...refused.map(({ at }) => at), count];
  return edges.slice(1).map((edge, place) => [(edges[place] ?? -1) + 1, edge] as const);
}

function rejectOf({ index, record }: Original, { code, message }: RowReject): EncodeReject {
  return { index, bytes: Buffer.from(record), code, message };
}

function schemaRefused(failure: DuckdbFailure): LakehoseError {
  const message = `Expected a schema that DuckDB writes as Parquet, it says: ${failure.message}. Change the schema`;
  return new LakehoseError("schema-refused", message, { cause: failure });
}

/** Each part is taken and the whole is not. */
function unexplained(failure: DuckdbFailure): LakehoseError {
  const message = `Expected DuckDB to write what it took in parts, it says: ${reasonOf(failure)}. It is tried again`;
  return new LakehoseError("encoder-refused", message, { cause: failure, retriable: true });
}
