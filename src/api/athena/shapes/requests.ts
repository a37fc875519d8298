import { boolean, double, integer, list, oneOf, string, structure } from "../../protocol/shape.ts";

/** Requests of Athena's operations (Athena API). What is read only to be ignored is not here. */

const workGroupName = string({ pattern: "[a-zA-Z0-9._-]{1,128}" });
const id = string({ min: 1, max: 128, pattern: "\\S+" });
const token = string({ min: 32, max: 128 });
const catalogName = string({ min: 1, max: 256 });
const databaseName = string({ min: 1, max: 128 });
const description = string({ max: 1024 });
const nextToken = string({ min: 1, max: 1024 });

const encryptionConfiguration = structure(
  { EncryptionOption: oneOf("SSE_S3", "SSE_KMS", "CSE_KMS"), KmsKey: string({ max: 2048 }) },
  ["EncryptionOption"],
);
const aclConfiguration = structure({ S3AclOption: oneOf("BUCKET_OWNER_FULL_CONTROL") }, ["S3AclOption"]);

export const resultConfiguration = structure({
  OutputLocation: string({ max: 1024 }),
  EncryptionConfiguration: encryptionConfiguration,
  ExpectedBucketOwner: string({ pattern: "[0-9]{12}" }),
  AclConfiguration: aclConfiguration,
});

const executionContext = structure({ Database: string({ min: 1, max: 255 }), Catalog: catalogName });

export const startQueryExecutionRequest = structure(
  {
    QueryString: string({ min: 1, max: 262_144 }),
    ClientRequestToken: token,
    QueryExecutionContext: executionContext,
    ResultConfiguration: resultConfiguration,
    WorkGroup: workGroupName,
    ExecutionParameters: list(string({ min: 1, max: 1024 }), { min: 1, max: 1000 }),
  },
  ["QueryString"],
);

export const executionRequest = structure({ QueryExecutionId: id }, ["QueryExecutionId"]);
export const batchGetQueryExecutionRequest = structure({ QueryExecutionIds: list(id, { min: 1, max: 50 }) }, [
  "QueryExecutionIds",
]);
export const getQueryResultsRequest = structure(
  { QueryExecutionId: id, NextToken: nextToken, MaxResults: integer({ min: 1, max: 1000 }) },
  ["QueryExecutionId"],
);

/** Lists of a work group. Athena takes 0 for the number that it gives by itself. */
export const workGroupPageRequest = structure({
  NextToken: nextToken,
  MaxResults: integer({ min: 0, max: 50 }),
  WorkGroup: workGroupName,
});

const engineVersion = structure({ SelectedEngineVersion: string({ min: 1, max: 128 }) });

/** What a work group is told beside where its results go. */
const workGroupHints = {
  PublishCloudWatchMetricsEnabled: boolean(),
  BytesScannedCutoffPerQuery: double({ min: 10_000_000 }),
  RequesterPaysEnabled: boolean(),
  EnableMinimumEncryptionConfiguration: boolean(),
  EngineVersion: engineVersion,
};

const managedResults = structure({ Enabled: boolean() });

const workGroupConfiguration = structure({
  ...workGroupHints,
  ResultConfiguration: resultConfiguration,
  ManagedQueryResultsConfiguration: managedResults,
  EnforceWorkGroupConfiguration: boolean(),
});

export const createWorkGroupRequest = structure(
  {
    Name: workGroupName,
    Configuration: workGroupConfiguration,
    Description: description,
    Tags: list(structure({ Key: string({ min: 1, max: 128 }), Value: string({ max: 256 }) }, ["Key"]), { max: 50 }),
  },
  ["Name"],
);

const resultUpdates = structure({
  ...resultConfiguration.members,
  RemoveOutputLocation: boolean(),
  RemoveEncryptionConfiguration: boolean(),
  RemoveAclConfiguration: boolean(),
});

const configurationUpdates = structure({
  ...workGroupHints,
  RemoveBytesScannedCutoffPerQuery: boolean(),
  EnforceWorkGroupConfiguration: boolean(),
  ManagedQueryResultsConfigurationUpdates: managedResults,
  ResultConfigurationUpdates: resultUpdates,
});

export const updateWorkGroupRequest = structure(
  {
    WorkGroup: workGroupName,
    Description: description,
    State: oneOf("ENABLED", "DISABLED"),
    ConfigurationUpdates: configurationUpdates,
  },
  ["WorkGroup"],
);

export const workGroupRequest = structure({ WorkGroup: workGroupName }, ["WorkGroup"]);
export const deleteWorkGroupRequest = structure({ WorkGroup: workGroupName, RecursiveDeleteOption: boolean() }, [
  "WorkGroup",
]);

const page = { NextToken: nextToken, MaxResults: integer({ min: 1, max: 50 }) };
export const pageRequest = structure(page);
export const getDataCatalogRequest = structure({ Name: catalogName }, ["Name"]);
export const listDatabasesRequest = structure({ ...page, CatalogName: catalogName }, ["CatalogName"]);
export const getDatabaseRequest = structure({ CatalogName: catalogName, DatabaseName: databaseName }, [
  "CatalogName",
  "DatabaseName",
]);
export const listTableMetadataRequest = structure(
  { ...page, CatalogName: catalogName, DatabaseName: databaseName, Expression: string({ max: 256 }) },
  ["CatalogName", "DatabaseName"],
);
export const getTableMetadataRequest = structure(
  { CatalogName: catalogName, DatabaseName: databaseName, TableName: string({ min: 1, max: 128 }) },
  ["CatalogName", "DatabaseName", "TableName"],
);

export const createNamedQueryRequest = structure(
  {
    Name: string({ min: 1, max: 128 }),
    Description: string({ min: 1, max: 1024 }),
    Database: string({ min: 1, max: 255 }),
    QueryString: string({ min: 1, max: 262_144 }),
    ClientRequestToken: token,
    WorkGroup: workGroupName,
  },
  ["Name", "Database", "QueryString"],
);
export const namedQueryRequest = structure({ NamedQueryId: id }, ["NamedQueryId"]);
export const batchGetNamedQueryRequest = structure({ NamedQueryIds: list(id, { min: 1, max: 50 }) }, ["NamedQueryIds"]);

const statementName = string({ pattern: "[a-zA-Z_][a-zA-Z0-9_@:]{0,255}" });
const preparedStatement = {
  StatementName: statementName,
  WorkGroup: workGroupName,
  QueryStatement: string({ min: 1, max: 262_144 }),
  Description: string({ min: 1, max: 1024 }),
};
/** Of CreatePreparedStatement and UpdatePreparedStatement. */
export const savePreparedStatementRequest = structure(preparedStatement, [
  "StatementName",
  "WorkGroup",
  "QueryStatement",
]);
export const preparedStatementRequest = structure({ StatementName: statementName, WorkGroup: workGroupName }, [
  "StatementName",
  "WorkGroup",
]);
export const listPreparedStatementsRequest = structure({ ...page, WorkGroup: workGroupName }, ["WorkGroup"]);
export const batchGetPreparedStatementRequest = structure(
  { PreparedStatementNames: list(statementName, { min: 1, max: 256 }), WorkGroup: workGroupName },
  ["PreparedStatementNames", "WorkGroup"],
);

export const listTagsRequest = structure(
  { ResourceARN: string({ min: 1, max: 1011 }), ...page, MaxResults: integer() },
  ["ResourceARN"],
);
