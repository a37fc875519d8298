import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutation.ts";

/**
 * Takes a rule out of the product while it is loaded: in one source file one exact text is replaced by another. Has to be
 * called before the file is imported. A text that is not there exactly once is an error: the table is out of date.
 */
export function installMutation(mutation: Mutation): void {
  const sources = mutatedSources(mutation);
  registerHooks({
    load: (asked, context, nextLoad) => {
      const loaded = nextLoad(asked, context);
      const source = sources.get(asked);
      return source === undefined ? loaded : { ...loaded, source };
    },
  });
}

/** The files as they are without the rule, by their URL. */
export function mutatedSources({ rule, edits }: Mutation): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const url = new URL(`../../${file}`, import.meta.url);
    const text = sources.get(url.href) ?? readFileSync(fileURLToPath(url), "utf8");
    const places = text.split(from).length - 1;
    if (places !== 1) {
      throw new Error(`Mutation ${rule}: expected this text once in ${file}, found it ${places} times:\n${from}`);
    }
    sources.set(
      url.href,
      text.replace(from, () => to),
    );
  }
  return sources;
}
