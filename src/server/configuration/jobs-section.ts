import { resolve } from "node:path";
import { z } from "zod";
import { jobSettingsSchema } from "../../jobs/job-definition.ts";
import type { PythonSettings } from "../../jobs/job-kind.ts";
import { jobName } from "../../jobs/job-name.ts";

/** `jobs:` of the configuration: jobs that have to exist. */
export const jobsSection = z
  .record(jobName, jobSettingsSchema)
  .default({})
  .meta({
    description:
      "Jobs that have to exist, by name. Absent ones are created at the start; those that exist are left as they are.",
    examples: [{ nightly: { kind: "sql", options: { statement: "SELECT 1" } } }],
  });

/** `python:` of the configuration: what jobs of this kind may run. */
export const pythonSection = z
  .strictObject({
    scripts: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "Folder with the scripts of jobs; none elsewhere is run. Default: `DATA/scripts`.",
        examples: ["scripts"],
      }),
    libraries: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Folder with modules that all scripts can import.", examples: ["scripts/lib"] }),
    inline: z.boolean().default(false).meta({
      description: "Whether a job may hold a program as text. Whoever may define jobs may then run anything here.",
    }),
  })
  .prefault({})
  .meta({ description: "Where the programs of `python` jobs lie." });

/** Relative folders are relative to the configuration. */
export function pythonSettings(
  { scripts, libraries, inline }: z.output<typeof pythonSection>,
  folder: string,
  data: string,
): PythonSettings {
  return {
    scripts: scripts === undefined ? resolve(data, "scripts") : resolve(folder, scripts),
    ...(libraries !== undefined && { libraries: resolve(folder, libraries) }),
    inline,
  };
}
