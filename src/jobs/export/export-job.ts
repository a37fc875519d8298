import type { JobKind } from "../job-kind.ts";
import { type ExportOptions, exportOptionsSchema } from "./export-options.ts";

/** See run-export.ts for how it works. */
export const exportJob: JobKind<ExportOptions> = {
  name: "export",
  description:
    "Tables of a PostgreSQL database into the lake, as Parquet or CSV, whole or what is new since the last run.",
  options: exportOptionsSchema,
  create: (components) => async (options, run) => {
    const { runExport } = await import("./run-export.ts");
    return runExport(components, process.env, options, run);
  },
};
