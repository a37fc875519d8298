import { LakehoseError } from "../../model/errors.ts";
import { DuckdbFailure } from "./duckdb.ts";

/**
 * What is no fault of the records: no room, no memory, no file. The object may be made later from the same records;
 * `undefined` for all other failures.
 */
export function shortageOf(error: unknown): LakehoseError | undefined {
  if (error instanceof LakehoseError) return error;
  if (!(error instanceof DuckdbFailure ? error.kind !== "data" : isOfTheSystem(error))) return undefined;
  const message = `Expected room to write a Parquet object, got: ${(error as Error).message}. It is written again from its records; free disk or memory`;
  return new LakehoseError("encoder-short", message, { cause: error, retriable: true });
}

function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
