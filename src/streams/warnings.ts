import { type PrefixRole, parsePrefix } from "../model/prefix-template.ts";
import type { StreamDocument } from "./streams.ts";

export interface StreamWarning {
  readonly code: string;
  readonly message: string;
}

/** What is allowed and still hardly ever meant. Told at creation and change, and by the admin API for as long as it holds. */
export function warningsOf(document: StreamDocument): readonly StreamWarning[] {
  const warnings: StreamWarning[] = [];
  for (const { naming } of document.deliveries) {
    warnings.push(...prefixWarnings(naming.prefix, "prefix"), ...prefixWarnings(naming.errorPrefix, "error-prefix"));
  }
  return warnings;
}

function prefixWarnings(prefix: string | undefined, role: PrefixRole): StreamWarning[] {
  const usage = parsePrefix(prefix ?? "", role).template?.usage;
  const warnings: StreamWarning[] = [];
  if (usage?.hasWeekBasedYear) {
    const message = `Prefix ${prefix} uses the week-based year YYYY, in which 2018-12-31 falls into 2019. Most people mean yyyy`;
    warnings.push({ code: "week-based-year", message });
  }
  if (usage?.hasSeconds) {
    const message = `Prefix ${prefix} changes every second or faster, so nearly every object gets a folder of its own`;
    warnings.push({ code: "prefix-too-fine", message });
  }
  return warnings;
}
