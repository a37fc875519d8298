import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  BatchDeleteTableCommand,
  BatchDeleteTableVersionCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  DeleteTableVersionCommand,
  EntityNotFoundException,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  GetTablesCommand,
  GetTableVersionCommand,
  GetTableVersionsCommand,
  GlueClient,
  type GlueClientConfig,
  paginateGetTables,
  type TableInput,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { afterwards } from "./cleanup.ts";
import { startJourney } from "./journey.ts";

/** The catalog as programs that speak to AWS Glue see it. */

function glueOf(t: TestContext, endpoint: string, more: GlueClientConfig = {}): GlueClient {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new GlueClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1, ...more });
  afterwards(t, () => client.destroy());
  return client;
}

const EVERYTHING: TableInput = {
  Name: "orders",
  Description: "what was sold",
  Owner: "sales",
  LastAccessTime: new Date(1_700_000_000_000),
  LastAnalyzedTime: new Date(1_700_000_001_000),
  Retention: 30,
  StorageDescriptor: {
    Columns: [
      { Name: "Id", Type: "bigint", Comment: "of the order", Parameters: { "iceberg.field.id": "1" } },
      { Name: "lines", Type: "array<struct<sku:string,price:decimal(10,2)>>" },
    ],
    Location: "s3://lake/orders/",
    AdditionalLocations: ["s3://lake/old-orders/"],
    InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    Compressed: false,
    NumberOfBuckets: -1,
    SerdeInfo: {
      Name: "orders",
      SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
      Parameters: { "serialization.format": "1" },
    },
    BucketColumns: ["Id"],
    SortColumns: [{ Column: "Id", SortOrder: 1 }],
    Parameters: { classification: "parquet" },
    SkewedInfo: {
      SkewedColumnNames: ["Id"],
      SkewedColumnValues: ["7"],
      SkewedColumnValueLocationMaps: { "7": "s3://lake/seven/" },
    },
    StoredAsSubDirectories: true,
    SchemaReference: { SchemaId: { SchemaName: "s", RegistryName: "r" }, SchemaVersionNumber: 3 },
  },
  PartitionKeys: [{ Name: "day", Type: "date" }],
  ViewOriginalText: "select 1",
  ViewExpandedText: "select 1 as one",
  TableType: "EXTERNAL_TABLE",
  Parameters: { EXTERNAL: "TRUE", "Projection.Enabled": "true" },
  TargetTable: { CatalogId: "000000000000", DatabaseName: "other", Name: "orders", Region: "eu-west-1" },
};

async function names(glue: GlueClient, DatabaseName: string, Expression?: string): Promise<string[]> {
  const { TableList = [] } = await glue.send(
    new GetTablesCommand({ DatabaseName, ...(Expression !== undefined && { Expression }) }),
  );
  return TableList.map(({ Name = "" }) => Name);
}

test("a database and a table live: every member comes back, versions are kept, names know no letter case", async (t) => {
  const { lakehose } = await startJourney(t);
  const glue = glueOf(t, lakehose.url);
  const database = { Description: "d", LocationUri: "s3://lake/", Parameters: { A: "b" } };
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "Sales", ...database } }));
  const { Database } = await glue.send(new GetDatabaseCommand({ Name: "SALES", CatalogId: "000000000000" }));
  const { CreateTime, ...described } = Database ?? {};
  assert.deepEqual(described, { Name: "sales", ...database, CatalogId: "000000000000" });
  assert.ok(CreateTime instanceof Date && CreateTime.getTime() > 1_700_000_000_000);

  const inSales = { DatabaseName: "sales" };
  await glue.send(new CreateTableCommand({ ...inSales, TableInput: EVERYTHING }));
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: "SALES", Name: "Orders" }));
  const { CreateTime: created, UpdateTime: updated, ...stored } = Table ?? {};
  assert.ok(created instanceof Date && updated instanceof Date);
  assert.deepEqual(stored, {
    ...EVERYTHING,
    DatabaseName: "sales",
    CatalogId: "000000000000",
    IsRegisteredWithLakeFormation: false,
    VersionId: "0",
  });

  const narrow = { Name: "ORDERS", StorageDescriptor: { Columns: [{ Name: "a", Type: "int" }] } };
  await glue.send(new UpdateTableCommand({ ...inSales, TableInput: narrow, VersionId: "0" }));
  await assert.rejects(glue.send(new UpdateTableCommand({ ...inSales, TableInput: narrow, VersionId: "0" })), {
    name: "ConcurrentModificationException",
  });
  const ofOrders = { ...inSales, TableName: "orders" };
  const { TableVersions = [] } = await glue.send(new GetTableVersionsCommand(ofOrders));
  assert.deepEqual(
    TableVersions.map(({ VersionId, Table: { StorageDescriptor } = { Name: "" } }) => [
      VersionId,
      StorageDescriptor?.Columns?.length,
    ]),
    [
      ["1", 1],
      ["0", 2],
    ],
  );
  const { TableVersion } = await glue.send(new GetTableVersionCommand({ ...ofOrders, VersionId: "0" }));
  assert.deepEqual(TableVersion?.Table?.Parameters, EVERYTHING.Parameters);
  await glue.send(new DeleteTableVersionCommand({ ...ofOrders, VersionId: "0" }));
  const { Errors: versionErrors } = await glue.send(
    new BatchDeleteTableVersionCommand({ ...ofOrders, VersionIds: ["0", "1"] }),
  );
  assert.deepEqual(
    versionErrors?.map(({ VersionId, ErrorDetail }) => [VersionId, ErrorDetail?.ErrorCode]),
    [
      ["0", "EntityNotFoundException"],
      ["1", "InvalidInputException"],
    ],
  );
  await glue.send(new UpdateDatabaseCommand({ Name: "sales", DatabaseInput: { Name: "sales", Description: "new" } }));
  await glue.send(new DeleteTableCommand({ ...inSales, Name: "Orders" }));
  await assert.rejects(glue.send(new GetTableCommand({ ...inSales, Name: "orders" })), {
    name: "EntityNotFoundException",
    message: "Table orders not found.",
  });
  await glue.send(new DeleteDatabaseCommand({ Name: "sales" }));
  await assert.rejects(glue.send(new GetDatabaseCommand({ Name: "sales" })), EntityNotFoundException);
});

test("lists come in pages, and by expression", async (t) => {
  const { lakehose } = await startJourney(t);
  const glue = glueOf(t, lakehose.url);
  for (const Name of ["b", "a", "c"]) await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
  const first = await glue.send(new GetDatabasesCommand({ MaxResults: 2 }));
  assert.deepEqual(
    first.DatabaseList?.map(({ Name }) => Name),
    ["a", "b"],
  );
  await glue.send(new DeleteDatabaseCommand({ Name: "b" }));
  const second = await glue.send(new GetDatabasesCommand({ MaxResults: 2, NextToken: first.NextToken ?? "" }));
  assert.deepEqual([second.DatabaseList?.map(({ Name }) => Name), second.NextToken], [["c"], undefined]);
  const tables = ["orders_2024", "orders_2025", "returns"];
  for (const Name of tables) await glue.send(new CreateTableCommand({ DatabaseName: "a", TableInput: { Name } }));
  const paged: string[] = [];
  for await (const { TableList = [] } of paginateGetTables({ client: glue, pageSize: 1 }, { DatabaseName: "a" })) {
    paged.push(...TableList.map(({ Name = "" }) => Name));
  }
  assert.deepEqual(paged, tables);
  assert.deepEqual(await names(glue, "a", "orders_.*"), tables.slice(0, 2));
  assert.deepEqual(await names(glue, "a", "*5|returns"), tables.slice(1));
  const { Errors } = await glue.send(
    new BatchDeleteTableCommand({ DatabaseName: "a", TablesToDelete: ["orders_2024", "none"] }),
  );
  assert.deepEqual(
    Errors?.map(({ TableName, ErrorDetail }) => [TableName, ErrorDetail?.ErrorCode]),
    [["none", "EntityNotFoundException"]],
  );
  assert.deepEqual(await names(glue, "a"), tables.slice(1));
});

test("refusals have Glue's names", async (t) => {
  const { lakehose } = await startJourney(t);
  const glue = glueOf(t, lakehose.url);
  const create = new CreateDatabaseCommand({ DatabaseInput: { Name: "d" } });
  await glue.send(create);
  const refused = (call: Promise<unknown>, name: string, message: RegExp) => assert.rejects(call, { name, message });
  await refused(glue.send(create), "AlreadyExistsException", /^Database already exists\.$/);
  const table = new CreateTableCommand({ DatabaseName: "d", TableInput: { Name: "t" } });
  await glue.send(table);
  await refused(glue.send(table), "AlreadyExistsException", /^Table already exists\.$/);
  const none = { DatabaseName: "none", TableInput: { Name: "t" } };
  await refused(glue.send(new CreateTableCommand(none)), "EntityNotFoundException", /^Database none not found\.$/);
  await refused(
    glue.send(new CreateTableCommand({ DatabaseName: "d" })),
    "InvalidInputException",
    /TableInput must not be null/,
  );
  await refused(glue.send(new GetDatabasesCommand({ NextToken: "x" })), "InvalidInputException", /NextToken/);
  await refused(
    glue.send(new GetTablesCommand({ DatabaseName: "d", Expression: "(a+)+" })),
    "InvalidInputException",
    /no groups/,
  );
  await refused(
    glue.send(new GetDatabasesCommand({ CatalogId: "111111111111" })),
    "EntityNotFoundException",
    /Catalog 1+ not found/,
  );
  const nameless = { DatabaseName: "d", TableInput: { Name: "" } };
  await refused(
    glue.send(new CreateTableCommand(nameless)),
    "ValidationException",
    /tableInput\.name.*length greater than or equal to 1/,
  );
});

test("the catalog is still there after a restart, also a table with 10,000 columns", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const glue = glueOf(t, lakehose.url);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "d" } }));
  const Columns = Array.from({ length: 10_000 }, (_, index) => ({ Name: `column_${index}`, Type: "double" }));
  await glue.send(
    new CreateTableCommand({ DatabaseName: "d", TableInput: { Name: "wide", StorageDescriptor: { Columns } } }),
  );
  await lakehose.close();
  const again = await startJourney(t, { data });
  const { Table } = await glueOf(t, again.lakehose.url).send(new GetTableCommand({ DatabaseName: "d", Name: "wide" }));
  assert.deepEqual(Table?.StorageDescriptor?.Columns, Columns);
});

test("a key does what its rules allow, on tables as on streams", async (t) => {
  const reader = { accessKeyId: "AKIAREADER", secretAccessKey: "secret-of-reader" };
  const allow = [{ actions: ["glue:Get*"], resources: ["arn:aws:glue:*:*:table/sales/*"] }];
  const admin = { accessKeyId: "AKIAADMIN", secretAccessKey: "secret-of-admin" };
  const { lakehose } = await startJourney(t, { accessKeys: [admin, { ...reader, allow }] });
  const [all, some] = [{ ...admin }, { ...reader }].map((credentials) => glueOf(t, lakehose.url, { credentials }));
  assert.ok(all !== undefined && some !== undefined);
  await all.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
  await all.send(new CreateTableCommand({ DatabaseName: "sales", TableInput: { Name: "orders" } }));
  await some.send(new GetTableCommand({ DatabaseName: "SALES", Name: "Orders" }));
  await assert.rejects(some.send(new DeleteTableCommand({ DatabaseName: "sales", Name: "orders" })), {
    name: "AccessDeniedException",
    message: /not authorized to perform: glue:DeleteTable on .*:table\/sales\/orders/,
  });
  await assert.rejects(some.send(new GetTablesCommand({ DatabaseName: "sales" })), { name: "AccessDeniedException" });
});
