import { recordAt } from "../model/records.ts";
import type { ObjectWriter, Problem, Reject } from "./gathering-encoder.ts";
import type { TakenRecords } from "./held-records.ts";
import type { JsonRowReader } from "./rows/json-rows.ts";
import type { Row } from "./rows/row.ts";

/** What makes an object of rows. */
export interface RowSink {
  readonly retainedBytes: number;
  /** Why a row cannot be written by this format although it fits the schema; absent when every row can. */
  readonly problemOf?: ((row: Row) => Problem | undefined) | undefined;
  row(row: Row): void;
  /** Called between portions: what may leave already. */
  settle(): Promise<readonly Buffer[]>;
  end(): AsyncIterable<readonly Buffer[]> | Iterable<readonly Buffer[]>;
}

/** Records as JSON in, rows out. A record is written whole or rejected whole. */
export class RowObjectWriter implements ObjectWriter {
  readonly #reader: JsonRowReader;
  readonly #sink: RowSink;

  constructor(reader: JsonRowReader, sink: RowSink) {
    this.#reader = reader;
    this.#sink = sink;
  }

  get retainedBytes(): number {
    return this.#sink.retainedBytes;
  }

  write(records: TakenRecords, reject: Reject): Promise<readonly Buffer[]> {
    for (let place = 0; place < records.ends.length; place++) {
      const read = this.#reader.read(recordAt(records, place));
      const problem = read.reject ?? this.#problemOf(read.rows);
      if (problem !== undefined) reject(place, problem);
      else for (const row of read.rows ?? []) this.#sink.row(row);
    }
    return this.#sink.settle();
  }

  end(): AsyncIterable<readonly Buffer[]> | Iterable<readonly Buffer[]> {
    return this.#sink.end();
  }

  #problemOf(rows: readonly Row[]): Problem | undefined {
    const { problemOf } = this.#sink;
    if (problemOf === undefined) return undefined;
    for (const row of rows) {
      const problem = problemOf(row);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}
