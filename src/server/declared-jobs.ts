import { upstreamOf } from "../jobs/job-references.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { reasonOf } from "../model/errors.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import type { Configuration } from "./configuration/load-configuration.ts";

/**
 * Creates the jobs of the configuration that are not there yet; those that others wait for come first, in whatever order
 * they stand. Those that are there stay as they are: they may have been changed since, and a restart must not undo that.
 */
export async function createDeclaredJobs(jobs: Jobs, { jobs: section }: Pick<Configuration, "jobs">): Promise<void> {
  const existing = new Set(jobs.list().map(({ definition }) => definition.name));
  let wanted = Object.entries(section)
    .map(([name, settings]) => ({ name, ...settings }))
    .filter(({ name }) => !existing.has(name));
  while (wanted.length > 0) {
    const names = new Set(wanted.map(({ name }) => name));
    const ready = wanted.filter((definition) => ![...upstreamOf(definition)].some((one) => names.has(one)));
    // None is ready where they wait for each other: the first one is refused, with the reason.
    const next = ready.length > 0 ? ready : wanted.slice(0, 1);
    for (const definition of next) {
      await jobs.define(definition).catch((error: unknown) => {
        throw new ConfigurationError(`jobs.${definition.name}: ${reasonOf(error)}`, { cause: error });
      });
    }
    wanted = wanted.filter((definition) => !next.includes(definition));
  }
}
