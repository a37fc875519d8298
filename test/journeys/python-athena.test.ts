import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { startJourney } from "./journey.ts";

/**
 * Athena for Python and the command line: `npm run servers -- run python wrangler -- npm test` brings boto3, the AWS CLI,
 * awswrangler and PyAthena. All sign with a configured key, and all have one endpoint for everything.
 */
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON;
const AWS_CLI = process.env.LAKEHOSE_TEST_AWS_CLI;
const WRANGLER = process.env.LAKEHOSE_TEST_WRANGLER;

const needs = (what: string, variable: string, value: string | undefined) =>
  value === undefined ? `needs ${what}: its path belongs in ${variable}` : false;

/** Nothing of the machine's own AWS settings. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "AKIAPYTHON",
  AWS_SECRET_ACCESS_KEY: "secret-of-python",
  AWS_DEFAULT_REGION: "eu-central-1",
};

async function endpoint(t: TestContext): Promise<string> {
  const accessKeys = [{ accessKeyId: "AKIAPYTHON", secretAccessKey: "secret-of-python" }];
  return (await startJourney(t, { accessKeys })).lakehose.url;
}

async function seenBy(python: string | undefined, script: string, url: string): Promise<Record<string, unknown>> {
  const path = join(import.meta.dirname, script);
  const { stdout } = await promisify(execFile)(python ?? "", [path, url], { env: ENVIRONMENT });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("boto3 runs queries, pages through rows and reads failures", {
  skip: needs("a Python with boto3", "LAKEHOSE_TEST_PYTHON", PYTHON),
}, async (t) => {
  assert.deepEqual(await seenBy(PYTHON, "boto3-athena.py", await endpoint(t)), {
    times: ["datetime", "datetime"],
    pages: [["x", "6"], ["15", "16"], ["25"]],
    shown: ["sales"],
    location: "s3://elsewhere/shown/ID.txt",
    failure: "NOT_FOUND: There is no table sales.nowhere",
    groups: ["primary"],
    refused: ["MALFORMED_QUERY", "SELEKT is not supported"],
  });
});

test("the AWS CLI runs a query and prints its rows", {
  skip: needs("the AWS CLI", "LAKEHOSE_TEST_AWS_CLI", AWS_CLI),
}, async (t) => {
  const url = await endpoint(t);
  const aws = async (...args: readonly string[]) => {
    const all = ["--endpoint-url", url, "--output", "json", "athena", ...args];
    return JSON.parse((await promisify(execFile)(AWS_CLI ?? "", all, { env: ENVIRONMENT })).stdout);
  };
  const ofId = async (operation: string, id: string) => aws(operation, "--query-execution-id", id);
  const start = [
    "start-query-execution",
    "--query-string",
    "SELECT 1 AS one, ? AS two",
    "--execution-parameters",
    "'b'",
  ];
  const { QueryExecutionId: id } = await aws(...start);
  let state = "QUEUED";
  while (["QUEUED", "RUNNING"].includes(state)) {
    state = (await ofId("get-query-execution", id)).QueryExecution.Status.State;
  }
  assert.equal(state, "SUCCEEDED");
  const { ResultSet } = await ofId("get-query-results", id);
  const values = (row: { Data: { VarCharValue: string }[] }) => row.Data.map(({ VarCharValue }) => VarCharValue);
  assert.deepEqual(ResultSet.Rows.map(values), [
    ["one", "two"],
    ["1", "b"],
  ]);
});

test("awswrangler writes a table and reads it with SQL, PyAthena reads it too", {
  skip: needs("a Python with awswrangler", "LAKEHOSE_TEST_WRANGLER", WRANGLER),
}, async (t) => {
  assert.deepEqual(await seenBy(WRANGLER, "wrangler.py", await endpoint(t)), {
    databases: ["sales"],
    types: TYPES,
    partitions: ["x", "y"],
    read_parquet: [1, 2, 3],
    columns: COLUMNS,
    rows: ROWS,
    "columns by ctas": COLUMNS,
    "rows by ctas": ROWS,
    "chunks by ctas": [2, 1],
    "no rows by ctas": ["id", "note"],
    "columns by unload": COLUMNS,
    "rows by unload": ROWS,
    "chunks by unload": [2, 1],
    "no rows by unload": "EmptyDataFrame",
    "named parameter": [3],
    parameter: [2],
    chunks: [2, 1],
    tables: ["orders"],
    described: ["id", "bigint"],
    "created by": "CREATE EXTERNAL TABLE `sales`.`orders`",
    repaired: "SUCCEEDED",
    failure: "NOT_FOUND: There is no table sales.nowhere",
    pyathena: [
      ["1", "a", "1.5", "2026-01-01", "2026-01-01 00:00:00.123000", "1.10", "True"],
      ["3", 'b, "c"', "None", "2026-01-02", "2026-01-02 00:00:01.500000", "3.30", "None"],
    ],
    "described by pyathena": [
      ["id", "bigint"],
      ["note", "varchar"],
      ["price", "double"],
      ["day", "date"],
      ["sold", "timestamp"],
      ["cost", "decimal"],
      ["paid", "boolean"],
    ],
    "pyathena parameter": [[1]],
    "pyathena frame": [6, 3.5],
  });
});

const COLUMNS = {
  id: "Int64",
  note: "string",
  price: "float64",
  day: "object",
  sold: "datetime64[us]",
  cost: "object",
  paid: "boolean",
  kind: "string",
};

const ROWS = [
  ["1", "a", "1.5", "2026-01-01", "2026-01-01 00:00:00.123", "1.10", "True", "x"],
  ["2", null, "2.0", "2026-01-01", "2026-01-01 12:00:00.000", null, "False", "x"],
  ["3", 'b, "c"', null, "2026-01-02", "2026-01-02 00:00:01.500", "3.30", null, "y"],
];

const TYPES = {
  id: "bigint",
  note: "string",
  price: "double",
  day: "date",
  sold: "timestamp",
  cost: "decimal(10,2)",
  paid: "boolean",
  kind: "string",
};
