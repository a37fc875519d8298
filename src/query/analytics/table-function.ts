/**
 * Table functions: SQL of the form `SELECT ... FROM TABLE(random_cut_forest(TABLE(SELECT ...), 100, 256))`, which add columns
 * to the rows of their input. Whoever runs SQL is the host: it hands over the numeric columns of the rows in the order
 * of the input, and puts the columns that come back beside all of the row's own.
 *
 * A function sees each row once, remembers a bounded part of what it saw, and answers a row before it sees the next; so the
 * rows may come in batches of any size, and the answers are the same.
 *
 * A row with a missing number in one of its columns gets missing answers and is forgotten, as if it had not come. A
 * number that is none (NaN) or not finite is an error: it would be as far from everything as can be, for ever.
 *
 * The work of a batch is done without a pause, some 50 µs a row for a forest of the usual size: hosts with an event loop to share
 * keep batches small or run them in a worker.
 */
import type { z } from "zod";
import { LakehoseError } from "../../model/errors.ts";
import { invariant } from "../../std/assert.ts";
import type { JsonObject } from "../../std/json.ts";

/** A table function as the registry knows it. */
export interface TableFunctionDefinition {
  /** Lower case; SQL names match in any case. */
  readonly name: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Checks arguments by name; reference page and messages derive from it. */
  readonly optionsSchema: z.ZodType;
  /** Names of the arguments in the order in which they may stand behind the input. The others are given by name only. */
  readonly positionalArguments: readonly string[];
  /** Numeric columns that an input may have. */
  readonly columnsMax: number;
  readonly addedColumns: readonly AddedColumn[];
  /** `options` has passed the schema; `columns` are the names of the numeric columns, 1 to `columnsMax`. */
  open(options: JsonObject, columns: readonly string[]): TableFunctionRun;
}

export interface AddedColumn {
  readonly name: string;
  readonly type: "double" | "string";
}

/** One use of a table function. */
export interface TableFunctionRun {
  /** The values of the added columns for the row that comes next. `row` holds finite numbers, and is reused. */
  next(row: Float64Array): readonly AddedValue[];
}

/** Missing where the row had a missing number. */
export type AddedValue = number | string | null;

/** Rows by columns: numbers, or null and undefined where one is missing. */
export type NumberColumn = ArrayLike<number | null | undefined>;

/** Columns of the same length, in the order of the names that the function was opened with. */
export interface NumberBatch {
  readonly rowCount: number;
  readonly columns: readonly NumberColumn[];
}

/** Answers to one batch: for each added column, one value a row. */
export type AddedBatch = readonly (readonly AddedValue[])[];

/** Runs a function over batches: one answer a batch, in order. Throws at the first row that cannot be answered. */
export async function* addColumns(
  definition: TableFunctionDefinition,
  options: JsonObject,
  columns: readonly string[],
  batches: AsyncIterable<NumberBatch>,
): AsyncIterable<AddedBatch> {
  const run = definition.open(options, columns);
  const row = new Float64Array(columns.length);
  let rowsBefore = 0;
  for await (const batch of batches) {
    invariant(batch.columns.length === columns.length, "a batch has the columns that the function was opened with");
    const added = definition.addedColumns.map((): AddedValue[] => []);
    for (let index = 0; index < batch.rowCount; index++) {
      const complete = readRow(
        batch,
        index,
        row,
        (column) => `column ${columns[column]} of row ${rowsBefore + index + 1}`,
      );
      const values = complete ? run.next(row) : undefined;
      for (const [column, answers] of added.entries()) answers.push(values?.[column] ?? null);
    }
    rowsBefore += batch.rowCount;
    yield added;
  }
}

/** Whether the row has all its numbers. */
function readRow(batch: NumberBatch, index: number, row: Float64Array, place: (column: number) => string): boolean {
  let complete = true;
  for (let column = 0; column < row.length; column++) {
    const value = batch.columns[column]?.[index] ?? null;
    if (value === null) complete = false;
    else if (!Number.isFinite(value)) throw notFinite(value, place(column));
    else row[column] = value;
  }
  return complete;
}

function notFinite(value: number, place: string): LakehoseError {
  return new LakehoseError(
    "number-not-finite",
    `Expected finite numbers, got ${value} in ${place}; leave such rows out in the query, for example with WHERE isfinite(...)`,
  );
}
