import type { JobKind } from "../job-kind.ts";
import { type ExportOptions, exportOptionsSchema } from "./export-options.ts";
import { runExport } from "./run-export.ts";

/** See run-export.ts for how it works. */
export const exportJob: JobKind<ExportOptions> = {
  name: "export",
  description:
    "Tables of a PostgreSQL database into the lake, as Parquet or CSV, whole or what is new since the last run.",
  options: exportOptionsSchema,
  create: (components) => (options, run) => runExport(components, process.env, options, run),
};
