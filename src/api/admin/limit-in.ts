import { WireError } from "../protocol/wire-error.ts";

/** `?limit=`, a whole number from 1 to `max`. */
export function limitIn(query: URLSearchParams, otherwise: number, max: number): number {
  const given = query.get("limit");
  const limit = Number(given ?? otherwise);
  if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
  throw new WireError("InvalidArgumentException", `limit is a number from 1 to ${max}, got ${given}`);
}
