import { z } from "zod";
import { KeyedQueue } from "../../std/keyed-queue.ts";
import type { JobKind } from "../job-kind.ts";
import { runInWorld } from "../rewriting/run-in-world.ts";
import { tableOptions } from "../rewriting/table-options.ts";

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

const { graceMinutes: _, ...sourceOptions } = tableOptions;

const optionsSchema = z.strictObject({
  ...sourceOptions,
  targetDatabase: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({
      description: "Database of the table that takes the rows. Default: that of the source.",
      examples: ["sales"],
    }),
  targetTable: z
    .string()
    .min(1)
    .max(255)
    .transform((name) => name.toLowerCase())
    .meta({
      description:
        "Table of Parquet files that takes the rows. Made with the columns of the source where it is not there.",
      examples: ["orders_parquet"],
    }),
  targetLocation: z
    .string()
    .optional()
    .meta({ description: "Where the files of a new table lie.", examples: ["s3://lake/orders_parquet/"] }),
  compression: z
    .enum(["snappy", "gzip", "zstd", "none"])
    .default("snappy")
    .meta({ description: "Compression of the pages, inside the files.", examples: ["zstd"] }),
  batchMegabytes: z
    .number()
    .min(1)
    .max(4096)
    .default(256)
    .meta({ description: "How much of the source, as it is stored, becomes one file, in MiB.", examples: [512] }),
});

type ConversionOptions = z.output<typeof optionsSchema>;

export const conversionJob: JobKind<ConversionOptions> = {
  name: "convert",
  description:
    "Converts the files of a table, of any kind that queries read, into Parquet files of another one, each file once.",
  options: optionsSchema,
  create: (components) => {
    /** Two runs into one table would both take the same files. */
    const turns = new KeyedQueue();
    return ({ minimumAgeMinutes, batchMegabytes, targetDatabase, targetLocation, ...options }, run) => {
      const settings = {
        ...options,
        targetDatabase: (targetDatabase ?? options.database).toLowerCase(),
        targetLocation,
        batchBytes: batchMegabytes * MIB,
        ageMsMin: minimumAgeMinutes * MINUTE_MS,
      };
      const name = `${settings.targetDatabase}.${settings.targetTable}`;
      return turns.run(name, () =>
        runInWorld(components, run, 0, async (rewriting) => {
          run.signal.throwIfAborted();
          const { TableConversion } = await import("./convert-table.ts");
          return { counters: await new TableConversion(settings, rewriting).convert() };
        }),
      );
    };
  },
};
