import type { WorkGroup } from "../../query/executions/work-groups.ts";
import { invalidRequest } from "./athena-context.ts";

interface Configuration {
  readonly PublishCloudWatchMetricsEnabled?: boolean;
  readonly BytesScannedCutoffPerQuery?: number;
  readonly RequesterPaysEnabled?: boolean;
  readonly EnableMinimumEncryptionConfiguration?: boolean;
}

const NAMES = [
  "PublishCloudWatchMetricsEnabled",
  "BytesScannedCutoffPerQuery",
  "RequesterPaysEnabled",
  "EnableMinimumEncryptionConfiguration",
] as const;

/** Settings that are kept as they were declared. But for the limit of bytes per query they change nothing here. */
export function hintsOf(configuration: Configuration): WorkGroup["hints"] {
  const hints: Record<string, boolean | number> = {};
  for (const name of NAMES) {
    const value = configuration[name];
    if (value !== undefined) hints[name] = value;
  }
  return hints;
}

/** Results lie in a bucket of the user's; there is no other place for them. */
export function refuseManagedResults(managed: { readonly Enabled?: boolean } | undefined): void {
  if (managed?.Enabled !== true) return;
  throw invalidRequest("ManagedQueryResultsConfiguration is not supported: name an OutputLocation");
}
