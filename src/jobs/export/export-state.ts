import { z } from "zod";
import type { JsonValue } from "../../std/json.ts";
import type { JobState } from "../job-kind.ts";
import { ExportError } from "./export-error.ts";

/**
 * What an export remembers, durable: how far each cursor has come, and a plan that is not carried out yet. The plan is
 * frozen before anything is written, so that every attempt gives its objects the same names.
 */
const chunkSchema = z.object({
  /** Its rows have a primary key beyond that of the chunk before, up to and with this one; the last is open. */
  upTo: z.array(z.string()).optional(),
  /** What is about to be put, or has been. A chunk without rows has no object. */
  sealed: z.object({ rows: z.int(), bytes: z.int(), checksum: z.int() }).optional(),
  done: z.literal(true).optional(),
});

const columnSchema = z.object({
  source: z.string(),
  name: z.string(),
  /** Hive's text. */
  type: z.string(),
  reading: z.enum(["plain", "utc", "bytes", "json"]),
  comment: z.string().optional(),
});

const tableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  catalogName: z.string(),
  /** Where all runs of the table lie, and where this one does: below it. */
  root: z.string(),
  folder: z.string(),
  columns: z.array(columnSchema),
  key: z.array(z.object({ name: z.string(), typeText: z.string() })),
  where: z.string().optional(),
  cursor: z
    .object({
      column: z.string(),
      typeText: z.string(),
      after: z.string().optional(),
      /** Absent when nothing new has come. */
      upTo: z.string().optional(),
    })
    .optional(),
  chunks: z.array(chunkSchema),
});

const outputSchema = z.object({
  bucket: z.string(),
  format: z.enum(["parquet", "csv"]),
  compression: z.enum(["gzip", "none"]),
  database: z.string(),
  partition: z.enum(["date", "none"]),
  partitionKey: z.string(),
  replaced: z.enum(["keep", "delete"]),
});

const planSchema = z.object({
  /** What it was made for, ms: the time at which the run was due. */
  occasion: z.number(),
  /** Value of `run=` in the names. */
  run: z.string(),
  /** When its first attempt began, ms. */
  startedAt: z.number(),
  /** Digest of the options that it was made of. */
  options: z.string(),
  /** What the options said of the lake: a plan whose objects are all there is finished as it was begun. */
  output: outputSchema,
  tables: z.array(tableSchema),
});

const stateSchema = z.object({
  version: z.literal(1),
  /** By schema and name, as JSON. */
  cursors: z.record(z.string(), z.object({ column: z.string(), upTo: z.string() })),
  plan: planSchema.optional(),
});

export type ExportState = z.infer<typeof stateSchema>;
export type ExportPlan = z.infer<typeof planSchema>;
export type ExportOutput = z.infer<typeof outputSchema>;
export type PlannedTable = z.infer<typeof tableSchema>;
export type PlannedColumn = z.infer<typeof columnSchema>;
export type PlannedChunk = z.infer<typeof chunkSchema>;
export type Sealed = NonNullable<PlannedChunk["sealed"]>;

export async function readExportState(state: JobState): Promise<ExportState> {
  const stored = await state.read();
  if (stored === undefined) return { version: 1, cursors: {} };
  const { data, error } = stateSchema.safeParse(stored);
  if (data !== undefined) return data;
  const message = `The state of the job is not that of an export: ${z.prettifyError(error)}; give the job another name`;
  throw new ExportError("invalid", message);
}

export async function writeExportState(state: JobState, value: ExportState): Promise<void> {
  await state.write(value as unknown as JsonValue);
}

export function cursorKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}
