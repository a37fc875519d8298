import type { Catalog } from "../catalog/catalog.ts";
import type { Partitions } from "../catalog/partition.ts";
import type { DeliveryComponents } from "../delivery/delivery-options.ts";
import type { DestinationDependencies, DestinationType } from "../destinations/destination-type.ts";
import { findDestinationType } from "../destinations/registry.ts";
import { formatOf } from "../formats/registry.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { LakehoseError } from "../model/errors.ts";
import { createProcessor } from "../processors/registry.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { LandedPartitions } from "./landed-partitions.ts";
import { LearnedTables } from "./learned-tables.ts";
import { landedFiles } from "./open-jobs.ts";
import type { OpenedTriggers } from "./open-triggers.ts";
import type { Stores } from "./stores.ts";

export interface ComponentsOptions {
  readonly reached: Pick<DestinationDependencies, "secretOf" | "endpointOf">;
  readonly stores: Stores;
  readonly catalog: Catalog & { readonly partitions: Partitions };
  readonly functions: FunctionInvoker;
  /** Told of each object that has landed in a table, at least once. */
  readonly jobs: Pick<Jobs, "filesLanded">;
  /** Told of each object, if anybody listens, at least once. */
  readonly listeners: Pick<OpenedTriggers, "delivered" | "objectEvents">;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** Looks components up in the registries by the names that definitions use. */
export function deliveryComponents({
  reached,
  stores,
  catalog,
  functions,
  jobs,
  listeners,
  clock,
  random,
  telemetry,
}: ComponentsOptions): DeliveryComponents {
  const dependencies = { ...reached, storeFor: (bucket: string) => stores.storeFor(bucket), clock, random, telemetry };
  const learnedTables = new LearnedTables(catalog, telemetry);
  const landedPartitions = new LandedPartitions(catalog, telemetry);
  return {
    register: async (objects, stream) => {
      await landedPartitions.register(objects);
      await jobs.filesLanded(landedFiles(objects));
      await listeners.delivered(objects, stream);
    },
    isAwaited: ({ table }) => table !== undefined || listeners.objectEvents.isWatched,
    schemaLearned: (learned) => void learnedTables.record(learned),
    format: (type) => formatOf(type) ?? unknown("format", type),
    processor: (spec, stream) => createProcessor(spec, { stream, functions, clock, random, telemetry }),
    destination: ({ type, options }, owner) => destinationType(type).create(options, { ...dependencies, owner }),
    connectionOptions: (type) => destinationType(type).connectionOptions ?? [],
  };
}

function destinationType(type: string): DestinationType {
  return findDestinationType(type) ?? unknown("destination", type);
}

/** Definitions are made by this program's own translation; one that it does not know comes from a newer version. */
function unknown(kind: string, type: string): never {
  throw new LakehoseError(
    "unknown-component",
    `This version knows no ${kind} "${type}": the data folder was used by a newer version of Lakehose. Start that one.`,
  );
}
