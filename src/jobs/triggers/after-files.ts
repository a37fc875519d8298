import { hash } from "node:crypto";
import { z } from "zod";
import type { TriggerType } from "./trigger-type.ts";

const COUNT_MAX = 1_000_000;

export const afterFilesSchema = z.strictObject({
  type: z.literal("after-files"),
  table: z
    .string()
    .regex(/^[^.]+\.[^.]+$/, "expected a database and a table such as sales.orders")
    .transform((name) => name.toLowerCase())
    .meta({ description: "Table of the catalog that streams write to.", examples: ["sales.orders"] }),
  count: z
    .int()
    .min(1)
    .max(COUNT_MAX)
    .meta({ description: "New files since the last time.", examples: [50] }),
});

export type AfterFiles = z.output<typeof afterFilesSchema>;

/** A file that has landed in a table. */
export interface LandedFile {
  /** `database.table`, in lower case. */
  readonly table: string;
  readonly bucket: string;
  readonly key: string;
}

export type FilesSeen = { readonly count: number; readonly recent: readonly string[] };

/**
 * Deliveries tell of a file again until they know that it was taken: after a crash the last ones of each delivery. That
 * many names are remembered, as digests of 12 characters.
 */
const RECENT_MAX = 1_000;

export const afterFilesTrigger: TriggerType<AfterFiles, FilesSeen> = {
  type: "after-files",
  summary: "When streams have delivered so many new files to a table of the catalog.",
  baseline: () => ({ count: 0, recent: [] }),
  step: ({ count }, memory, { now }) =>
    memory.count < count ? undefined : { memory: { ...memory, count: 0 }, occasion: { at: now } },
};

/** What is remembered once these files are known; the same object when all of them were. */
export function countFiles({ table }: AfterFiles, memory: FilesSeen, files: readonly LandedFile[]): FilesSeen {
  const known = new Set(memory.recent);
  const landed = new Set(files.filter((file) => file.table === table).map(digestOf));
  const fresh = [...landed].filter((digest) => !known.has(digest));
  if (fresh.length === 0) return memory;
  return { count: memory.count + fresh.length, recent: [...memory.recent, ...fresh].slice(-RECENT_MAX) };
}

function digestOf({ bucket, key }: LandedFile): string {
  return hash("sha256", `${bucket}/${key}`, "base64url").slice(0, 12);
}
