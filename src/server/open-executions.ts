import { join } from "node:path";
import { Executions } from "../query/executions/executions.ts";
import { SavedQueries } from "../query/executions/saved-queries.ts";
import { WorkGroups } from "../query/executions/work-groups.ts";
import type { PreparedStatements } from "../query/prepared/prepared-statements.ts";
import type { Queries } from "../query/queries.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Stores } from "./stores.ts";

export interface OpenExecutionsOptions {
  readonly queries: Queries;
  readonly prepared: PreparedStatements;
  readonly stores: Pick<Stores, "storeFor" | "endpointOf">;
  readonly folder: Pick<DataFolder, "executions" | "query">;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
}

/** For those who never chose one. In the local lake it is made when the first result comes. */
const RESULTS_BUCKET = "athena-query-results";

/** What the Athena API has beside the statements themselves: their history, work groups, saved queries. */
export async function openExecutions({ queries, prepared, stores, folder, ...world }: OpenExecutionsOptions) {
  const directory = folder.executions;
  // A store elsewhere has buckets of its owner's choosing; there, a place for results has to be named.
  const primaryLocation = stores.endpointOf(RESULTS_BUCKET) === undefined ? `s3://${RESULTS_BUCKET}/` : undefined;
  const workGroups = await WorkGroups.open({ ...world, directory, primaryLocation });
  const savedQueries = await SavedQueries.open({ ...world, directory });
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const temporaryDirectory = join(folder.query, "outgoing");
  const executions = await Executions.open({ ...world, queries, prepared, storeFor, directory, temporaryDirectory });
  return { executions, workGroups, savedQueries, prepared };
}
