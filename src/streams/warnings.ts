import type { StreamDocument } from "./streams.ts";

export interface StreamWarning {
  readonly code: string;
  readonly message: string;
}

/** What is allowed and still hardly ever meant. Shown at creation and change, and by the admin API for as long as it holds. */
export function warningsOf(document: StreamDocument): readonly StreamWarning[] {
  const found = new Map<string, StreamWarning>();
  for (const { naming } of document.deliveries) {
    for (const prefix of [naming.prefix, naming.errorPrefix]) {
      for (const warning of prefixWarnings(prefix ?? "")) found.set(warning.code + prefix, warning);
    }
  }
  return [...found.values()];
}

function prefixWarnings(prefix: string): StreamWarning[] {
  const letters = timestampLetters(prefix);
  const warnings: StreamWarning[] = [];
  if (letters.includes("Y")) {
    const message = `Prefix ${prefix} uses the week-based year YYYY, in which 2018-12-31 falls into 2019. Most people mean yyyy`;
    warnings.push({ code: "week-based-year", message });
  }
  if (/[sSAnN]/.test(letters)) {
    const message = `Prefix ${prefix} changes every second or faster, so every object gets a folder of its own`;
    warnings.push({ code: "prefix-too-fine", message });
  }
  return warnings;
}

/** Pattern letters of all timestamp expressions, without the text that stands in quotes. */
function timestampLetters(prefix: string): string {
  const patterns = [...prefix.matchAll(/!\{timestamp:([^}]*)\}/g)].map(([, pattern = ""]) => pattern);
  return patterns.join("").replaceAll(/'[^']*'/g, "");
}
