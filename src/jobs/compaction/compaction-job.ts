import { z } from "zod";
import type { JobKind } from "../job-kind.ts";
import { BATCH_FILES_MAX } from "../rewriting/rewriting-limits.ts";
import { runInWorld } from "../rewriting/run-in-world.ts";
import { tableOptions } from "../rewriting/table-options.ts";

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

const optionsSchema = z.strictObject({
  ...tableOptions,
  targetMegabytes: z
    .number()
    .min(1)
    .max(2048)
    .default(128)
    .meta({
      description:
        "Size of the files that are made, as they are stored, in MiB. Files of three quarters of it are left alone.",
      examples: [256],
    }),
  minimumFiles: z
    .int()
    .min(2)
    .max(BATCH_FILES_MAX)
    .default(5)
    .meta({
      description: "Fewer small files than this in a folder wait for more, unless they fill a file.",
      examples: [10],
    }),
});

type CompactionOptions = z.output<typeof optionsSchema>;

export const compactionJob: JobKind<CompactionOptions> = {
  name: "compact",
  description: "Makes few large files of many small ones, partition by partition; readers see all of it or nothing.",
  options: optionsSchema,
  create:
    (components) =>
    ({ database, table, partition, targetMegabytes, minimumFiles, minimumAgeMinutes, graceMinutes }, run) =>
      runInWorld(components, run, graceMinutes, async (rewriting) => {
        const settings = {
          database,
          table,
          partition,
          targetBytes: targetMegabytes * MIB,
          filesMin: minimumFiles,
          ageMsMin: minimumAgeMinutes * MINUTE_MS,
        };
        const { TableCompaction } = await import("./compact-table.ts");
        return { counters: await new TableCompaction(settings, rewriting).compact() };
      }),
};
