import { upstreamFirst } from "../jobs/job-references.ts";
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
  const wanted = Object.entries(section)
    .map(([name, settings]) => ({ name, ...settings }))
    .filter(({ name }) => !existing.has(name));
  for (const definition of upstreamFirst(wanted)) {
    await jobs.define(definition).catch((error: unknown) => {
      throw new ConfigurationError(`jobs.${definition.name}: ${reasonOf(error)}`, { cause: error });
    });
  }
}
