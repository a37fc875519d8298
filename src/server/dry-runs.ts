import type { AdminContext } from "../api/admin/endpoint.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { listFunctions } from "../functions/list-functions.ts";
import { Mutex } from "../std/mutex.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { dryRun, type OpenScratchServer } from "./dry-run.ts";

export interface DryRunsOptions {
  readonly open: OpenScratchServer;
  readonly functionsDirectory: string;
  readonly configuration: Pick<Configuration, "functions">;
  readonly catalog: Pick<Catalog, "table">;
}

/** Dry runs for whoever asks, one after another: each is a server of its own. */
export function dryRuns({ open, functionsDirectory, configuration, catalog }: DryRunsOptions): AdminContext["dryRun"] {
  const turns = new Mutex();
  return (request, records) =>
    turns.run(async () => {
      const functions = await allFunctions(functionsDirectory, configuration.functions);
      return dryRun(open, request, records, { functions, catalog });
    });
}

/** Those of the data folder too, which the other server would look for in its own. */
async function allFunctions(
  directory: string,
  configured: Configuration["functions"],
): Promise<Configuration["functions"]> {
  const found = (await listFunctions(directory, configured)).filter(({ name }) => !Object.hasOwn(configured, name));
  const own = found.map(({ name, where }) => [name, { type: "local", folder: where, overrides: {} }] as const);
  return { ...Object.fromEntries(own), ...configured };
}
