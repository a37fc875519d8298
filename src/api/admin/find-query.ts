import type { Queries, QueryExecution } from "../../query/queries.ts";
import { WireError } from "../protocol/wire-error.ts";

/** The query of an id. One that ended long ago is no longer known. */
export function findQuery(queries: Queries, id: string): QueryExecution {
  const execution = queries.get(id);
  if (execution !== undefined) return execution;
  throw new WireError("ResourceNotFoundException", `There is no query ${id}; the latest that ended are kept`);
}

/** A whole number from a query string, between two bounds. */
export function wholeNumber(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const text = query.get(name);
  const number = text === null ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number >= 0 && number <= max) return number;
  throw new WireError("InvalidArgumentException", `${name} has to be a whole number from 0 to ${max}, got ${text}`);
}
