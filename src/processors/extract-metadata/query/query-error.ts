import type { JsonValue } from "../../../std/json.ts";
import { kindOf } from "./values.ts";

/** What jq calls an error: the query has no answer for this record. */
export class QueryError extends Error {}

export function cannot(what: string, ...values: readonly JsonValue[]): never {
  throw new QueryError(`${values.map(kindOf).join(" and ")} cannot be ${what}`);
}
