import type { Operation } from "../protocol/operation.ts";
import { batchDeleteTable } from "./batch-delete-table.ts";
import { batchDeleteTableVersion } from "./batch-delete-table-version.ts";
import { createCrawler } from "./create-crawler.ts";
import { createDatabase } from "./create-database.ts";
import { createTable } from "./create-table.ts";
import { deleteCrawler } from "./delete-crawler.ts";
import { deleteDatabase } from "./delete-database.ts";
import { deleteTable } from "./delete-table.ts";
import { deleteTableVersion } from "./delete-table-version.ts";
import { getCrawler } from "./get-crawler.ts";
import { getCrawlers } from "./get-crawlers.ts";
import { getDatabase } from "./get-database.ts";
import { getDatabases } from "./get-databases.ts";
import { getTable } from "./get-table.ts";
import { getTableVersion } from "./get-table-version.ts";
import { getTableVersions } from "./get-table-versions.ts";
import { getTables } from "./get-tables.ts";
import type { GlueContext } from "./glue-context.ts";
import { listCrawlers } from "./list-crawlers.ts";
import { startCrawler } from "./start-crawler.ts";
import { stopCrawler } from "./stop-crawler.ts";
import { updateCrawler } from "./update-crawler.ts";
import { updateDatabase } from "./update-database.ts";
import { updateTable } from "./update-table.ts";

/** The Glue API's operations on databases, tables, versions and crawlers. */
export function glueOperations(context: GlueContext): readonly Operation[] {
  return [
    batchDeleteTable(context),
    batchDeleteTableVersion(context),
    createCrawler(context),
    createDatabase(context),
    createTable(context),
    deleteCrawler(context),
    deleteDatabase(context),
    deleteTable(context),
    deleteTableVersion(context),
    getCrawler(context),
    getCrawlers(context),
    getDatabase(context),
    getDatabases(context),
    getTable(context),
    getTableVersion(context),
    getTableVersions(context),
    getTables(context),
    listCrawlers(context),
    startCrawler(context),
    stopCrawler(context),
    updateCrawler(context),
    updateDatabase(context),
    updateTable(context),
  ];
}
