import { Crawlers, type CrawlersOptions } from "../catalog/crawler/crawlers.ts";
import { StoredCatalog } from "../catalog/stored-catalog.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { createDeclaredTables } from "./declared-tables.ts";
import type { Stores } from "./stores.ts";

export interface OpenCatalogOptions
  extends Pick<CrawlersOptions, "clock" | "disk" | "random" | "dataDirectory" | "isVisible"> {
  readonly configuration: Configuration;
  readonly stores: Stores;
}

/** The catalog with what the configuration declares, and the crawlers that add to it. */
export async function openCatalog({ configuration, stores, ...world }: OpenCatalogOptions) {
  const catalog = await StoredCatalog.open(world);
  await createDeclaredTables(catalog, configuration);
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const crawlers = await Crawlers.open({ ...world, catalog, partitions: catalog.partitions, storeFor });
  return { catalog, crawlers };
}
