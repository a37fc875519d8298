import { boolean, integer, list, string, structure } from "../../protocol/shape.ts";
import { databaseInput, nameString, tableInput } from "./table-input.ts";

/** Requests of the catalog operations (Glue API). */

const catalogId = nameString;
const nextToken = string();

/** Databases and tables in one answer (Glue API, PageSize and CatalogGetterPageSize). */
const pageSize = integer({ min: 1, max: 100 });

/** Names in one batch (Glue API, BatchDeleteTableNameList and BatchDeleteTableVersionList). */
const BATCH_MAX = 100;

export const createDatabaseRequest = structure({ CatalogId: catalogId, DatabaseInput: databaseInput }, [
  "DatabaseInput",
]);
export const getDatabaseRequest = structure({ CatalogId: catalogId, Name: nameString }, ["Name"]);
export const getDatabasesRequest = structure({ CatalogId: catalogId, NextToken: nextToken, MaxResults: pageSize });
export const updateDatabaseRequest = structure(
  { CatalogId: catalogId, Name: nameString, DatabaseInput: databaseInput },
  ["Name", "DatabaseInput"],
);
export const deleteDatabaseRequest = getDatabaseRequest;

export const createTableRequest = structure(
  { CatalogId: catalogId, DatabaseName: nameString, Name: nameString, TableInput: tableInput },
  ["DatabaseName"],
);
export const getTableRequest = structure({ CatalogId: catalogId, DatabaseName: nameString, Name: nameString }, [
  "DatabaseName",
  "Name",
]);
export const getTablesRequest = structure(
  {
    CatalogId: catalogId,
    DatabaseName: nameString,
    Expression: string({ max: 2048 }),
    NextToken: nextToken,
    MaxResults: pageSize,
  },
  ["DatabaseName"],
);
export const updateTableRequest = structure(
  {
    CatalogId: catalogId,
    DatabaseName: nameString,
    Name: nameString,
    TableInput: tableInput,
    SkipArchive: boolean(),
    VersionId: string({ min: 1, max: 255 }),
  },
  ["DatabaseName"],
);
export const deleteTableRequest = getTableRequest;
export const batchDeleteTableRequest = structure(
  { CatalogId: catalogId, DatabaseName: nameString, TablesToDelete: list(nameString, { max: BATCH_MAX }) },
  ["DatabaseName", "TablesToDelete"],
);

const versionOfTable = { CatalogId: catalogId, DatabaseName: nameString, TableName: nameString };
export const getTableVersionRequest = structure({ ...versionOfTable, VersionId: string({ min: 1, max: 255 }) }, [
  "DatabaseName",
  "TableName",
]);
export const getTableVersionsRequest = structure({ ...versionOfTable, NextToken: nextToken, MaxResults: pageSize }, [
  "DatabaseName",
  "TableName",
]);
export const deleteTableVersionRequest = structure({ ...versionOfTable, VersionId: string({ min: 1, max: 255 }) }, [
  "DatabaseName",
  "TableName",
  "VersionId",
]);
export const batchDeleteTableVersionRequest = structure(
  { ...versionOfTable, VersionIds: list(string({ min: 1, max: 255 }), { max: BATCH_MAX }) },
  ["DatabaseName", "TableName", "VersionIds"],
);
