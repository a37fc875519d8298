import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  BatchGetQueryExecutionCommand,
  GetDatabaseCommand,
  GetDataCatalogCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListQueryExecutionsCommand,
  ListTableMetadataCommand,
  paginateGetQueryResults,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { athenaOf, ended, execution, rowsOf, started } from "./athena-client.ts";
import { startJourney } from "./journey.ts";

/** Queries as programs that speak to Amazon Athena see them. */

const EVERY_TYPE = `SELECT 1 AS i, 9223372036854775807 AS b, 1.5 AS d, CAST(2 AS double) AS f, CAST(0.1 AS real) AS r,
  'a "quoted", text' AS s, '' AS empty, CAST(NULL AS varchar) AS n, true AS t, DATE '2026-01-02' AS day,
  TIMESTAMP '2026-01-02 03:04:05.678' AS at, ARRAY[1, NULL] AS l, X'0aff' AS x`;

test("a query leaves its result in the bucket of primary, as rows and as Athena's CSV", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const { QueryExecutionId: id = "", ...seen } = await ended(athena, EVERY_TYPE);
  const location = `s3://athena-query-results/${id}.csv`;
  assert.equal(seen.ResultConfiguration?.OutputLocation, location);
  assert.equal(seen.Status?.State, "SUCCEEDED");
  assert.ok(seen.Status.CompletionDateTime && seen.Status.CompletionDateTime >= (seen.Status.SubmissionDateTime ?? 0));
  assert.deepEqual([seen.StatementType, seen.WorkGroup, seen.Query], ["DML", "primary", EVERY_TYPE]);
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
  const values = ResultSet?.Rows?.map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue));
  const [names = [], row] = values ?? [];
  assert.deepEqual(names, ["i", "b", "d", "f", "r", "s", "empty", "n", "t", "day", "at", "l", "x"]);
  assert.deepEqual(row, [
    "1",
    "9223372036854775807",
    "1.5",
    "2.0",
    "0.1",
    'a "quoted", text',
    "",
    undefined,
    "true",
    "2026-01-02",
    "2026-01-02 03:04:05.678",
    "[1, null]",
    "0a ff",
  ]);
  const types = ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Type, Precision, Scale }) => [Type, Precision, Scale]);
  assert.deepEqual(types?.slice(0, 6), [
    ["integer", 10, 0],
    ["bigint", 19, 0],
    ["decimal", 2, 1],
    ["double", 17, 0],
    ["float", 17, 0],
    ["varchar", 2_147_483_647, 0],
  ]);
  assert.deepEqual(
    types?.slice(8).map(([type]) => type),
    ["boolean", "date", "timestamp", "array", "varbinary"],
  );
  const csv = await readFile(join(data, "buckets", "athena-query-results", `${id}.csv`), "utf8");
  const quoted = '"1","9223372036854775807","1.5","2.0","0.1","a ""quoted"", text","",,"true","2026-01-02"';
  const heading = names.map((name) => `"${name}"`).join(",");
  assert.equal(csv, `${heading}\n${quoted},"2026-01-02 03:04:05.678","[1, null]","0a ff"\n`);
  const metadata = await readFile(join(data, "buckets", "athena-query-results", `${id}.csv.metadata`), "utf8");
  assert.deepEqual(JSON.parse(metadata).columns[0], { name: "i", type: "integer" });
  const { QueryRuntimeStatistics } = await athena.send(new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: id }));
  assert.deepEqual(QueryRuntimeStatistics?.Rows, { InputBytes: 0, OutputBytes: csv.length, OutputRows: 1 });
});

test("results come by the page, also after a restart, and the history stays", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const sql = "SELECT x, 'row' || x AS note FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x";
  const { QueryExecutionId: id = "" } = await ended(athena, sql);
  const failed = (await ended(athena, "SELECT * FROM nowhere")).QueryExecutionId ?? "";
  const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t";
  const stopped = await started(athena, endless);
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: stopped }));
  assert.equal((await execution(athena, stopped)).Status?.State, "CANCELLED");
  const running = await started(athena, endless);
  await lakehose.close();

  const again = athenaOf(t, (await startJourney(t, { data })).lakehose.url);
  const { QueryExecutionIds } = await again.send(new ListQueryExecutionsCommand({}));
  assert.deepEqual(QueryExecutionIds, [running, stopped, failed, id]);
  assert.equal((await execution(again, running)).Status?.State, "CANCELLED");
  const pages: number[] = [];
  const seen: (string | undefined)[] = [];
  for await (const { ResultSet } of paginateGetQueryResults(
    { client: again, pageSize: 1000 },
    { QueryExecutionId: id },
  )) {
    pages.push(ResultSet?.Rows?.length ?? 0);
    for (const { Data } of ResultSet?.Rows ?? []) seen.push(Data?.[1]?.VarCharValue);
  }
  assert.deepEqual(pages, [1000, 1000, 501]);
  assert.deepEqual(seen, ["note", ...Array.from({ length: 2500 }, (_, index) => `row${index + 1}`)]);
  await assert.rejects(again.send(new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: "x" })), {
    name: "InvalidRequestException",
    message: /NextToken/,
  });
  const { QueryExecutions = [], UnprocessedQueryExecutionIds } = await again.send(
    new BatchGetQueryExecutionCommand({ QueryExecutionIds: [failed, stopped, "none"] }),
  );
  const states = QueryExecutions.map(({ Status }) => [Status?.State, Status?.StateChangeReason]);
  assert.deepEqual(states, [
    ["FAILED", "NOT_FOUND: There is no database default"],
    ["CANCELLED", "The query was cancelled"],
  ]);
  const { AthenaError } = QueryExecutions[0]?.Status ?? {};
  assert.deepEqual([AthenaError?.ErrorCategory, AthenaError?.Retryable], [2, false]);
  assert.deepEqual(
    UnprocessedQueryExecutionIds?.map(({ QueryExecutionId }) => QueryExecutionId),
    ["none"],
  );
});

test("statements of the catalog answer text, and the catalog answers Athena's metadata calls", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  assert.deepEqual((await rowsOf(athena, "CREATE DATABASE sales COMMENT 'what was sold'")).rows, []);
  const Database = { QueryExecutionContext: { Database: "Sales", Catalog: "awsdatacatalog" } };
  const created = await ended(
    athena,
    "CREATE EXTERNAL TABLE orders (id bigint COMMENT 'of the order', note string) PARTITIONED BY (day date) STORED AS PARQUET LOCATION 's3://lake/orders/'",
    Database,
  );
  assert.deepEqual([created.Status?.State, created.StatementType], ["SUCCEEDED", "DDL"]);
  const shown = await ended(athena, "SHOW TABLES", Database);
  assert.deepEqual([shown.StatementType, shown.SubstatementType], ["UTILITY", "SHOW_TABLES"]);
  const { QueryExecutionId: id } = shown;
  assert.match(shown.ResultConfiguration?.OutputLocation ?? "", /\.txt$/);
  assert.equal(await readFile(join(data, "buckets", "athena-query-results", `${id}.txt`), "utf8"), "orders\n");
  const { rows, columns } = await rowsOf(athena, "DESCRIBE orders", Database);
  const line = (...cells: string[]) => [cells.map((cell) => cell.padEnd(20)).join("\t")];
  assert.deepEqual(rows, [
    line("id", "bigint", "of the order"),
    line("note", "string", ""),
    line("day", "date", ""),
    ["\t \t "],
    ["# Partition Information\t \t "],
    ["# col_name            \tdata_type           \tcomment             "],
    ["\t \t "],
    line("day", "date", ""),
  ]);
  assert.deepEqual(
    columns.map(({ Name, Type }) => [Name, Type]),
    ["col_name", "data_type", "comment"].map((name) => [name, "string"]),
  );

  const CatalogName = "AwsDataCatalog";
  const { DataCatalogsSummary } = await athena.send(new ListDataCatalogsCommand({}));
  assert.deepEqual(
    DataCatalogsSummary?.map(({ CatalogName: name, Type }) => [name, Type]),
    [[CatalogName, "GLUE"]],
  );
  assert.equal((await athena.send(new GetDataCatalogCommand({ Name: CatalogName }))).DataCatalog?.Type, "GLUE");
  const { DatabaseList } = await athena.send(new ListDatabasesCommand({ CatalogName }));
  assert.ok(DatabaseList?.some(({ Name, Description }) => Name === "sales" && Description === "what was sold"));
  const inSales = { CatalogName, DatabaseName: "SALES" };
  assert.equal((await athena.send(new GetDatabaseCommand(inSales))).Database?.Name, "sales");
  const { TableMetadataList } = await athena.send(new ListTableMetadataCommand({ ...inSales, Expression: "ord.*" }));
  assert.deepEqual(
    TableMetadataList?.map(({ Name }) => Name),
    ["orders"],
  );
  const { TableMetadata } = await athena.send(new GetTableMetadataCommand({ ...inSales, TableName: "Orders" }));
  assert.deepEqual(TableMetadata?.Columns, [
    { Name: "id", Type: "bigint", Comment: "of the order" },
    { Name: "note", Type: "string" },
  ]);
  assert.deepEqual(TableMetadata?.PartitionKeys, [{ Name: "day", Type: "date" }]);
  assert.equal(TableMetadata?.Parameters?.location, "s3://lake/orders/");
  await assert.rejects(athena.send(new GetTableMetadataCommand({ ...inSales, TableName: "none" })), {
    name: "MetadataException",
    message: /EntityNotFoundException: Table none not found/,
  });
  await assert.rejects(athena.send(new GetDatabaseCommand({ CatalogName: "other", DatabaseName: "sales" })), {
    name: "InvalidRequestException",
  });
});

test("parameters are values and nothing but values", async (t) => {
  const { lakehose } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const sql = "SELECT name FROM (VALUES ('a', 1), ('it''s', 2)) AS t(name, n) WHERE n >= ? AND name <> ?";
  const found = await rowsOf(athena, sql, { ExecutionParameters: ["1", "'a'"] });
  assert.deepEqual(found.rows, [["name"], ["it's"]]);
  const hostile = await rowsOf(athena, "SELECT ? AS v", {
    ExecutionParameters: ["1) UNION SELECT getenv('HOME') -- "],
  });
  assert.deepEqual(hostile.rows?.[1], ["1) UNION SELECT getenv('HOME') -- "]);
  await assert.rejects(started(athena, sql, { ExecutionParameters: ["1"] }), {
    name: "InvalidRequestException",
    message: "Incorrect number of parameters: expected 2 but found 1",
  });
});

test("the same token starts one execution, also across a restart, and never another query", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const ClientRequestToken = "0123456789abcdef0123456789abcdef";
  const athena = athenaOf(t, lakehose.url);
  const [one, two] = await Promise.all([
    started(athena, "SELECT 1", { ClientRequestToken }),
    started(athena, "SELECT 1", { ClientRequestToken }),
  ]);
  assert.equal(one, two);
  await lakehose.close();
  const again = athenaOf(t, (await startJourney(t, { data })).lakehose.url);
  assert.equal(await started(again, "SELECT 1", { ClientRequestToken }), one);
  await assert.rejects(started(again, "SELECT 2", { ClientRequestToken }), {
    name: "InvalidRequestException",
    message: /Idempotent parameters do not match/,
  });
});

test("what nobody could run is refused when it is handed in", async (t) => {
  const { lakehose } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const refused = (start: Promise<unknown>, message: RegExp) =>
    assert.rejects(start, (error: Error) => {
      assert.equal(error.name, "InvalidRequestException", error.message);
      assert.match(error.message, message);
      return true;
    });
  await refused(started(athena, "SELECT 'open"), /Line 1:8: expected a closing '/);
  await refused(started(athena, "COPY t TO 'x'"), /COPY is not supported/);
  await refused(started(athena, ""), /queryString.*length greater than or equal to 1/);
  await refused(started(athena, "SELECT 1", { WorkGroup: "none" }), /WorkGroup none is not found/);
  await refused(started(athena, "SELECT 1", { QueryExecutionContext: { Catalog: "other" } }), /catalog other/);
  for (const OutputLocation of ["lake/x", "https://lake/x", "s3://"]) {
    await refused(started(athena, "SELECT 1", { ResultConfiguration: { OutputLocation } }), /not a valid S3 path/);
  }
  const CSE = { OutputLocation: "s3://lake/", EncryptionConfiguration: { EncryptionOption: "CSE_KMS" as const } };
  await refused(started(athena, "SELECT 1", { ResultConfiguration: CSE }), /CSE_KMS is not supported/);
  await refused(execution(athena, "none"), /QueryExecution none was not found/);
  const climbing = await ended(athena, "SELECT 1", { ResultConfiguration: { OutputLocation: "s3://../x/" } });
  assert.equal(climbing.Status?.State, "FAILED");
  assert.match(climbing.Status.StateChangeReason ?? "", /The result cannot be written to s3:\/\/\.\.\/x\//);
  await refused(
    athena.send(new GetQueryResultsCommand({ QueryExecutionId: climbing.QueryExecutionId })),
    /Final query state: FAILED/,
  );
});

test("when too many wait, one more is told to come again", async (t) => {
  const { lakehose } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t";
  const taken = await Promise.all(Array.from({ length: 52 }, () => started(athena, endless)));
  await assert.rejects(started(athena, "SELECT 1"), { name: "TooManyRequestsException", message: /try again later/ });
  await Promise.all(taken.map((QueryExecutionId) => athena.send(new StopQueryExecutionCommand({ QueryExecutionId }))));
  assert.deepEqual((await rowsOf(athena, "SELECT 1 AS one")).rows, [["one"], ["1"]]);
});
