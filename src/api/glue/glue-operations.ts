import type { Operation } from "../protocol/operation.ts";
import { batchCreatePartition } from "./batch-create-partition.ts";
import { batchDeletePartition } from "./batch-delete-partition.ts";
import { batchDeleteTable } from "./batch-delete-table.ts";
import { batchDeleteTableVersion } from "./batch-delete-table-version.ts";
import { batchGetPartition } from "./batch-get-partition.ts";
import { batchUpdatePartition } from "./batch-update-partition.ts";
import { createCrawler } from "./create-crawler.ts";
import { createDatabase } from "./create-database.ts";
import { createPartition } from "./create-partition.ts";
import { createTable } from "./create-table.ts";
import { deleteCrawler } from "./delete-crawler.ts";
import { deleteDatabase } from "./delete-database.ts";
import { deletePartition } from "./delete-partition.ts";
import { deleteTable } from "./delete-table.ts";
import { deleteTableVersion } from "./delete-table-version.ts";
import { getCrawler } from "./get-crawler.ts";
import { getCrawlers } from "./get-crawlers.ts";
import { getDatabase } from "./get-database.ts";
import { getDatabases } from "./get-databases.ts";
import { getPartition } from "./get-partition.ts";
import { getPartitions } from "./get-partitions.ts";
import { getTable } from "./get-table.ts";
import { getTableVersion } from "./get-table-version.ts";
import { getTableVersions } from "./get-table-versions.ts";
import { getTables } from "./get-tables.ts";
import type { GlueContext } from "./glue-context.ts";
import { listCrawlers } from "./list-crawlers.ts";
import { startCrawler } from "./start-crawler.ts";
import { startCrawlerSchedule } from "./start-crawler-schedule.ts";
import { stopCrawler } from "./stop-crawler.ts";
import { stopCrawlerSchedule } from "./stop-crawler-schedule.ts";
import { updateCrawler } from "./update-crawler.ts";
import { updateCrawlerSchedule } from "./update-crawler-schedule.ts";
import { updateDatabase } from "./update-database.ts";
import { updatePartition } from "./update-partition.ts";
import { updateTable } from "./update-table.ts";

/** The Glue API's operations on databases, tables, versions, partitions and crawlers. */
export function glueOperations(context: GlueContext): readonly Operation[] {
  return [
    batchCreatePartition(context),
    batchDeletePartition(context),
    batchDeleteTable(context),
    batchDeleteTableVersion(context),
    batchGetPartition(context),
    batchUpdatePartition(context),
    createCrawler(context),
    createDatabase(context),
    createPartition(context),
    createTable(context),
    deleteCrawler(context),
    deleteDatabase(context),
    deletePartition(context),
    deleteTable(context),
    deleteTableVersion(context),
    getCrawler(context),
    getCrawlers(context),
    getDatabase(context),
    getDatabases(context),
    getPartition(context),
    getPartitions(context),
    getTable(context),
    getTableVersion(context),
    getTableVersions(context),
    getTables(context),
    listCrawlers(context),
    startCrawler(context),
    startCrawlerSchedule(context),
    stopCrawler(context),
    stopCrawlerSchedule(context),
    updateCrawler(context),
    updateCrawlerSchedule(context),
    updateDatabase(context),
    updatePartition(context),
    updateTable(context),
  ];
}
