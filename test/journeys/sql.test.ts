import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { start } from "../../src/server/index.ts";
import { runCli } from "./run-cli.ts";

/** What the calls of this file answer, together. */
interface Answer {
  readonly id: string;
  readonly state: string;
  readonly queries: readonly { readonly state: string }[];
}

async function running(t: TestContext) {
  const lakehose = await start({
    streams: [
      {
        DeliveryStreamName: "clicks",
        ExtendedS3DestinationConfiguration: {
          RoleARN: "arn:aws:iam::000000000000:role/r",
          BucketARN: "arn:aws:s3:::lake",
          Prefix: "clicks/kind=web/",
          ErrorOutputPrefix: "errors/",
        },
        lakehose: { "roll-records": 2 },
      },
    ],
  });
  t.after(() => lakehose.close());
  const run = (...argv: string[]) => runCli(lakehose.url, argv, '{"Id":1,"Note":"a, b"}\n{"Id":2}\n');
  const api = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${lakehose.url}/api/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, json: (await response.json()) as Answer };
  };
  return { run, api };
}

test("what a stream delivered answers SQL, as a table, JSON and CSV", async (t) => {
  const { run } = await running(t);
  await run("put", "clicks");
  for (const sql of [
    "CREATE DATABASE IF NOT EXISTS default",
    "CREATE EXTERNAL TABLE clicks (id int, note string) PARTITIONED BY (kind string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/clicks/'",
  ]) {
    const { code, err } = await run("sql", sql);
    assert.equal(code, 0, err);
  }
  for (let found = ""; !found.includes("kind=web"); ) found = (await run("sql", "MSCK REPAIR TABLE clicks")).out;
  const query = "SELECT * FROM clicks WHERE kind = 'web' ORDER BY id";
  const { out, err } = await run("sql", query);
  assert.match(out, /^id +note +kind\n +1 +a, b +web\n +2 +web\n$/);
  assert.match(err, /^2 rows in .* from 1 files \(.*, 1 of 1 partitions\)\n$/);
  assert.equal((await run("sql", query, "--csv")).out, 'id,note,kind\n1,"a, b",web\n2,,web\n');
  assert.deepEqual(JSON.parse((await run("sql", query, "--json")).out).rows, [
    [1, "a, b", "web"],
    [2, null, "web"],
  ]);
  const made = await run("sql", "CREATE TABLE copied AS SELECT id, note FROM clicks WHERE kind = 'web'");
  assert.equal(made.code, 0, made.err);
  await run("sql", "INSERT INTO copied VALUES (3, 'x')");
  assert.equal((await run("sql", "SELECT sum(id), max(note) FROM copied", "--csv")).out.split("\n")[1], "6,x");
  const wrong = await run("sql", "SELECT * FROM nowhere");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /There is no table default\.nowhere/);
});

test("the admin API starts queries, hands out rows by the page, lists and cancels", async (t) => {
  const { api } = await running(t);
  const sql = "SELECT x FROM UNNEST(sequence(1, 3)) AS t(x)";
  const { status, json } = await api("POST", "queries", { sql });
  assert.equal(status, 200);
  assert.equal((await api("GET", `queries/${json.id}?waitMs=10000`)).json.state, "succeeded");
  const first = (await api("GET", `queries/${json.id}/rows?limit=2`)).json;
  assert.deepEqual(first, { rows: [[1], [2]], next: 2 });
  assert.deepEqual((await api("GET", `queries/${json.id}/rows?from=2`)).json, { rows: [[3]] });

  const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t";
  const { id } = (await api("POST", "queries", { sql: endless })).json;
  assert.equal((await api("DELETE", `queries/${id}`)).json.state, "cancelled");
  const { queries } = (await api("GET", "queries")).json;
  assert.deepEqual(
    queries.map(({ state }) => state),
    ["cancelled", "succeeded"],
  );
  assert.equal((await api("GET", "queries/none")).status, 404);
  assert.equal((await api("GET", `queries/${id}/rows?limit=-1`)).status, 400);
  assert.equal((await api("POST", "queries", { query: "select 1" })).status, 400);
});
