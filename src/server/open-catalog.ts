import { Crawlers, type CrawlersOptions } from "../catalog/crawler/crawlers.ts";
import { StoredCatalog } from "../catalog/stored-catalog.ts";
import { StoredTableChanges } from "../catalog/table-changes/stored-table-changes.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { createDeclaredTables } from "./declared-tables.ts";
import type { Stores } from "./stores.ts";

export interface OpenCatalogOptions
  extends Pick<CrawlersOptions, "clock" | "disk" | "random" | "dataDirectory" | "isVisible"> {
  readonly configuration: Configuration;
  readonly stores: Stores;
  readonly folder: Pick<DataFolder, "tableChanges">;
  readonly telemetry: Telemetry;
}

/** The catalog with what the configuration declares, changes of its tables' files, and the crawlers that add to it. */
export async function openCatalog({ configuration, stores, folder, ...world }: OpenCatalogOptions) {
  const catalog = await StoredCatalog.open(world);
  await createDeclaredTables(catalog, configuration);
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const crawlers = await Crawlers.open({ ...world, catalog, partitions: catalog.partitions, storeFor });
  const directory = folder.tableChanges;
  const changes = await StoredTableChanges.open({ ...world, directory, catalog, storeFor });
  return { catalog, changes, crawlers };
}
