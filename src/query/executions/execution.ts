import { z } from "zod";
import { resultSettings } from "./result-settings.ts";

const whole = z.number().int().nonnegative();

/** A statement that was handed in for a work group, and what has become of it. Plain data, stored as it is. */
export const execution = z.object({
  id: z.string().min(1),
  /** As it was handed in. */
  sql: z.string(),
  parameters: z.array(z.string()).optional(),
  database: z.string(),
  workGroup: z.string(),
  /** `query`, `create-table`, … */
  statement: z.string(),
  /** As asked for or as the work group has them, whichever counted. */
  results: resultSettings,
  /** Where the result is once the statement has succeeded. */
  object: z.object({ bucket: z.string(), key: z.string() }),
  /** Who handed it in under which token: the same again is not run again. */
  token: z.string().optional(),
  state: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
  submittedAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  statistics: z.looseObject({ rows: whole, files: whole, scannedBytes: whole }).optional(),
  resultBytes: whole.optional(),
  /** The object that names those that the rows were written to, one a line. */
  manifest: z.object({ bucket: z.string(), key: z.string() }).optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type Execution = Readonly<z.infer<typeof execution>>;

/** Queries answer rows of values, everything else answers lines of text. */
export function resultFormOf(statement: string): "csv" | "txt" {
  return statement === "query" ? "csv" : "txt";
}

/** Whether the names of the columns come first. */
export function hasHeading(statement: string): boolean {
  return statement === "query" || statement === "explain";
}
