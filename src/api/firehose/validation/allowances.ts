import type { StreamSettings } from "../../../streams/settings.ts";
import { settingKeys } from "../translate-partition.ts";

/** What settings of a stream change about AWS's checks. */
export interface Allowances {
  /** The least buffers of partitioned and of converted streams do not apply (`lakehose:limits`). */
  readonly relaxedLimits: boolean;
  /** Partition keys that settings extract, so that no query has to. */
  readonly partitionKeys: readonly string[];
}

export const NO_ALLOWANCES: Allowances = { relaxedLimits: false, partitionKeys: [] };

export function allowancesOf(settings: StreamSettings): Allowances {
  return { relaxedLimits: settings.limits === "relaxed", partitionKeys: settingKeys(settings) };
}
