import { boolean, integer, list, string, structure } from "../../protocol/shape.ts";
import { databaseInput, nameString, partitionInput, partitionValues, tableInput } from "./table-input.ts";

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

const ofTable = { CatalogId: catalogId, DatabaseName: nameString, TableName: nameString };
export const getTableVersionRequest = structure({ ...ofTable, VersionId: string({ min: 1, max: 255 }) }, [
  "DatabaseName",
  "TableName",
]);
export const getTableVersionsRequest = structure({ ...ofTable, NextToken: nextToken, MaxResults: pageSize }, [
  "DatabaseName",
  "TableName",
]);
export const deleteTableVersionRequest = structure({ ...ofTable, VersionId: string({ min: 1, max: 255 }) }, [
  "DatabaseName",
  "TableName",
  "VersionId",
]);
export const batchDeleteTableVersionRequest = structure(
  { ...ofTable, VersionIds: list(string({ min: 1, max: 255 }), { max: BATCH_MAX }) },
  ["DatabaseName", "TableName", "VersionIds"],
);

/** Partitions in one call (Glue API, PartitionInputList, DeletePartitionValueList, BatchGetPartitionValueList and others). */
const PARTITIONS_CREATED_MAX = 100;
const PARTITIONS_UPDATED_MAX = 100;
const PARTITIONS_DELETED_MAX = 25;
const PARTITIONS_GOT_MAX = 1000;

const namedPartition = structure({ Values: partitionValues }, ["Values"]);

export const getPartitionRequest = structure({ ...ofTable, PartitionValues: partitionValues }, [
  "DatabaseName",
  "TableName",
  "PartitionValues",
]);
export const getPartitionsRequest = structure(
  {
    ...ofTable,
    Expression: string({ max: 2048 }),
    NextToken: nextToken,
    Segment: structure({ SegmentNumber: integer({ min: 0 }), TotalSegments: integer({ min: 1, max: 10 }) }, [
      "SegmentNumber",
      "TotalSegments",
    ]),
    MaxResults: integer({ min: 1, max: 1000 }),
    ExcludeColumnSchema: boolean(),
  },
  ["DatabaseName", "TableName"],
);
export const batchGetPartitionRequest = structure(
  { ...ofTable, PartitionsToGet: list(namedPartition, { max: PARTITIONS_GOT_MAX }) },
  ["DatabaseName", "TableName", "PartitionsToGet"],
);
export const createPartitionRequest = structure({ ...ofTable, PartitionInput: partitionInput }, [
  "DatabaseName",
  "TableName",
  "PartitionInput",
]);
export const batchCreatePartitionRequest = structure(
  { ...ofTable, PartitionInputList: list(partitionInput, { max: PARTITIONS_CREATED_MAX }) },
  ["DatabaseName", "TableName", "PartitionInputList"],
);
const partitionUpdate = { PartitionValueList: partitionValues, PartitionInput: partitionInput };
export const updatePartitionRequest = structure({ ...ofTable, ...partitionUpdate }, [
  "DatabaseName",
  "TableName",
  "PartitionValueList",
  "PartitionInput",
]);
export const batchUpdatePartitionRequest = structure(
  {
    ...ofTable,
    Entries: list(structure(partitionUpdate, ["PartitionValueList", "PartitionInput"]), {
      min: 1,
      max: PARTITIONS_UPDATED_MAX,
    }),
  },
  ["DatabaseName", "TableName", "Entries"],
);
export const deletePartitionRequest = getPartitionRequest;
export const batchDeletePartitionRequest = structure(
  { ...ofTable, PartitionsToDelete: list(namedPartition, { max: PARTITIONS_DELETED_MAX }) },
  ["DatabaseName", "TableName", "PartitionsToDelete"],
);
