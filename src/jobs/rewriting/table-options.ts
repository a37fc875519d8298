import { z } from "zod";

/** Options that all jobs have that rewrite the files of a table. */
export const tableOptions = {
  database: z
    .string()
    .min(1)
    .max(255)
    .default("default")
    .transform((name) => name.toLowerCase())
    .meta({ description: "Database of the table.", examples: ["sales"] }),
  table: z
    .string()
    .min(1)
    .max(255)
    .transform((name) => name.toLowerCase())
    .meta({ description: "Table whose files are rewritten.", examples: ["orders"] }),
  partition: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .meta({
      description:
        "Only partitions with these values of their keys; a `*` at the end of a value stands for anything. Keys that are not named may have any value.",
      examples: [{ year: "2026", month: "0*" }],
    }),
  graceMinutes: z
    .number()
    .min(0)
    .max(31 * 24 * 60)
    .default(60)
    .meta({
      description:
        "How long replaced files stay for readers that have listed the folder already. Queries here are waited for.",
      examples: [240],
    }),
  minimumAgeMinutes: z
    .number()
    .min(0)
    .max(366 * 24 * 60)
    .default(15)
    .meta({
      description: "Younger files are left for a later run, since their folder may still be growing.",
      examples: [60],
    }),
};
