import { z } from "zod";
import { KeyedQueue } from "../../std/keyed-queue.ts";
import type { JobKind } from "../job-kind.ts";
import { runInWorld } from "../rewriting/run-in-world.ts";
import { tableOptions } from "../rewriting/table-options.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const optionsSchema = z.strictObject({
  ...tableOptions,
  keys: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(32)
    .meta({
      description:
        "Columns that name a row together: rows with the same values in all of them are the same. A row without a value in one of them is never taken for a repeat.",
      examples: [["order_id"]],
    }),
  keep: z
    .enum(["first", "last"])
    .default("first")
    .meta({ description: "Which of the same rows stays.", examples: ["last"] }),
  orderBy: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({
      description:
        "Column that says which row is first; rows without a value in it go before others do. Default: the order of arrival, by the names of files and the place in them.",
      examples: ["updated_at"],
    }),
  lastPartitions: z
    .int()
    .min(1)
    .optional()
    .meta({
      description: "Only so many partitions, the last by their values: with one a day, so many days. Default: all.",
      examples: [3],
    }),
  changedWithinHours: z
    .number()
    .min(0.1)
    .optional()
    .meta({ description: "Only files that came within so many hours. Default: all.", examples: [24] }),
});

type DeduplicationOptions = z.output<typeof optionsSchema>;

export const deduplicationJob: JobKind<DeduplicationOptions> = {
  name: "deduplicate",
  description: "Drops rows that have the same key as another one within a window of partitions or hours.",
  options: optionsSchema,
  create: (components) => {
    /** Two runs with different rules would each keep the row that the other drops. */
    const turns = new KeyedQueue();
    return ({ minimumAgeMinutes, graceMinutes, changedWithinHours, lastPartitions, orderBy, ...options }, run) => {
      const name = `${options.database}.${options.table}`;
      const settings = {
        ...options,
        order: orderBy,
        lastPartitions,
        changedWithinMs: changedWithinHours === undefined ? undefined : changedWithinHours * HOUR_MS,
        ageMsMin: minimumAgeMinutes * MINUTE_MS,
      };
      return turns.run(name, () =>
        runInWorld(components, run, graceMinutes, async (rewriting) => {
          run.signal.throwIfAborted();
          const { TableDeduplication } = await import("./deduplicate-table.ts");
          return { counters: await new TableDeduplication(settings, rewriting).deduplicate() };
        }),
      );
    };
  },
};
