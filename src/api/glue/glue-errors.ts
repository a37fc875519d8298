import type { JsonObject } from "../../std/json.ts";
import { wireErrorOf } from "../protocol/error-mapping.ts";

/** What a batch says of one that failed; a failure that nobody foresaw ends the whole call. */
export function glueErrorDetail(error: unknown): JsonObject {
  const known = wireErrorOf(error, { accountId: "", stream: "" });
  if (known === undefined) throw error;
  return { ErrorCode: known.code, ErrorMessage: known.message };
}

/** A PartitionError: which partition of a batch, and what about it. */
export function partitionError(values: readonly string[], error: unknown): JsonObject {
  return { PartitionValues: [...values], ErrorDetail: glueErrorDetail(error) };
}
