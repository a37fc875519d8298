import type { DryRunResult } from "../api/admin/dry-run-result.ts";
import { table } from "./output.ts";

export function dryRunLines({ stream, warnings, objects, rejects }: DryRunResult): readonly string[] {
  const places = objects.map(({ bucket, key, bytes }) => [`${bucket}/${key}`, bytes]);
  const refused = rejects.map(({ code, message, rawData }) => [
    code,
    message,
    rawData.trimEnd().slice(0, RAW_SHOWN_MAX),
  ]);
  return [
    ...warnings.map((warning) => `Warning: ${warning}`),
    `${stream} would write ${objects.length === 1 ? "1 object" : `${objects.length} objects`} (a dry run: nothing was made):`,
    ...(places.length === 0 ? [] : table(["object", "bytes"], places)),
    ...(refused.length === 0 ? [] : ["Rejected:", ...table(["code", "reason", "record"], refused)]),
  ];
}

/** Enough of a rejected record to know it again. */
const RAW_SHOWN_MAX = 60;
