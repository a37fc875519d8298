// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how parameters of statements are written.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type StartOptions, start } from "../../src/server/index.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { afterwards } from "./cleanup.ts";
import { clientOf, createStream, putAll, temporaryFolder, until } from "./journey.ts";
import { runCli } from "./run-cli.ts";

const TABLES = {
  orders: {
    columns: [
      { name: "id", type: "int" },
      { name: "country", type: "string" },
    ],
    location: "s3://lake/orders/",
  },
};

async function world(t: TestContext, options: StartOptions = {}) {
  const data = options.data ?? (await temporaryFolder(t));
  const lakehose = await start({ catalog: { databases: { sales: { tables: TABLES } } }, ...options, data });
  afterwards(t, () => lakehose.close());
  const run = (...argv: string[]) => runCli(lakehose.url, argv);
  const api = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${lakehose.url}${path}`, {
      method,
      headers: { authorization: "Bearer token" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as JsonObject };
  };
  return { data, lakehose, run, api };
}

const COUNT = {
  kind: "sql",
  options: {
    statement:
      "SELECT * FROM (VALUES 'CH', 'SE', 'CH') AS orders (country) WHERE country = ${country} AND ${run_date} > '2026'",
    database: "sales",
    parameters: { country: "CH" },
  },
} as const;

test("a declared sql job runs by hand, tells its counters and its log, and is listed with its runs", async (t) => {
  const { run } = await world(t, { jobs: { "count-orders": COUNT } });
  const { code, out, err } = await run("jobs", "run", "count-orders");
  assert.equal(code, 0, err);
  assert.match(out, /is succeeded, after \d+\.\d s\.\n {2}rows 2\n/);
  const runs = JSON.parse((await run("--json", "jobs", "runs", "count-orders")).out);
  assert.equal(runs[0].counters.rows, 2);
  assert.match((await run("jobs", "log", runs[0].id)).out, /WHERE country = 'CH' AND '20\d\d-\d\d-\d\d' >/);
  assert.match((await run("jobs", "list")).out, /count-orders +sql +\S+ +succeeded/);
  assert.match((await run("jobs", "show", "count-orders")).out, /It runs when somebody asks for it\.\nIts last run is/);
  assert.match((await run("jobs", "delete", "count-orders")).out, /is deleted/);
  assert.match((await run("jobs", "list")).out, /There are no jobs yet/);
});

test("a run by hand may be about another day and time, and another attempt is about the same", async (t) => {
  const statement = "SELECT ${data_date} AS day, ${run_date} AS at, CAST('none' AS integer)";
  const failing = { kind: "sql", options: { statement }, retries: 1, retryDelaySeconds: 1 } as const;
  const { run, api } = await world(t, { jobs: { totals: failing } });
  await run("jobs", "run", "totals", "--day", "2026-01-02", "--at", "2026-01-05T01:30:00+02:00");
  const runs = async () => (await api("GET", "/api/jobs/totals/runs")).json.runs as JsonObject[];
  await until(async () => (await runs()).filter(({ state }) => state === "failed").length === 2);
  for (const { id } of await runs()) {
    assert.match((await run("jobs", "log", String(id))).out, /SELECT '2026-01-02' AS day, '2026-01-04' AS at/);
  }
  for (const [flag, value] of [
    ["--day", "2026-02-30"],
    ["--day", "yesterday"],
    ["--at", "2026-01-05"],
  ] as const) {
    assert.match((await run("jobs", "run", "totals", flag, value)).err, new RegExp(`400 .*${flag.slice(2)}`, "s"));
  }
  assert.equal((await api("POST", "/api/jobs/totals/runs?dya=2026-01-02")).status, 400);
});

test("jobs put takes over what a configuration says, those waited for first, and leaves the others as they are", async (t) => {
  const { data, run } = await world(t);
  const file = join(data, "lakehose.yaml");
  const section = (country: string) => `
    port: 9999
    jobs:
      report: { kind: sql, options: { statement: SELECT 1 }, triggers: [{ type: after, jobs: [totals] }] }
      totals: { kind: sql, options: { statement: "SELECT '${country}'" } }`;
  await writeFile(file, section("CH"));
  assert.equal((await run("jobs", "put", file)).out, "Job totals is created.\nJob report is created.\n");
  await writeFile(file, section("SE"));
  assert.equal((await run("jobs", "put", file)).out, "Job totals is changed.\nJob report is as it was.\n");
  assert.match((await run("jobs", "show", "totals")).out, /statement: SELECT 'SE'/);
  await writeFile(file, JSON.stringify({ totals: COUNT, other: COUNT }));
  assert.equal((await run("jobs", "put", file, "other")).out, "Job other is created.\n");
  assert.match((await run("jobs", "put", file, "another")).err, /has no job another; it has totals, other/);
});

test("jobs put says what is wrong with a file, and what was put before the server refused one", async (t) => {
  const { data, run } = await world(t);
  const refused = async (text: string) => {
    await writeFile(join(data, "jobs.yaml"), text);
    const { code, err } = await run("jobs", "put", join(data, "jobs.yaml"));
    assert.equal(code, 1);
    return err;
  };
  assert.match(await refused("a: [1"), /jobs\.yaml: .*line 1/s);
  assert.match(await refused("- a"), /expected jobs by name/);
  assert.match(await refused("jobs: {}"), /expected jobs by name, got none/);
  assert.match(await refused("a: { kind: sql, triggers: [{ type: never }] }"), /a\.triggers\[0\]/);
  assert.match(
    await refused("{ a: { kind: sql, options: { statement: SELECT 1 } }, b: { kind: sql } }"),
    /PUT \/api\/jobs\/b: 400 .*options\.statement.*Put before it: a/,
  );
  assert.match((await run("jobs", "put", join(data, "none.yaml"))).err, /Cannot read .*none\.yaml/);
});

test("a job that fails says why, on the command line and in its runs", async (t) => {
  const { run } = await world(t, {
    jobs: { wrong: { kind: "sql", options: { statement: "SELECT * FROM nowhere", database: "sales" } } },
  });
  const { code, err } = await run("jobs", "run", "wrong");
  assert.equal(code, 1);
  assert.match(err, /is failed: .*nowhere/);
  assert.match((await run("jobs", "runs", "wrong")).out, /failed .*by hand: .*nowhere/);
});

test("the admin API defines, refuses, runs, cancels and deletes jobs", async (t) => {
  const { api } = await world(t);
  const wrong = await api("PUT", "/api/jobs/a", { kind: "sql", options: {} });
  assert.equal(wrong.status, 400);
  assert.match(String(wrong.json.message), /options\.statement/);
  assert.equal((await api("PUT", "/api/jobs/a%20b", COUNT)).status, 400);
  const made = await api("PUT", "/api/jobs/a", {
    ...COUNT,
    triggers: [{ type: "schedule", cron: "cron(0 6 * * ? *)" }],
  });
  assert.deepEqual([made.status, made.json.version], [200, 1]);
  assert.equal((await api("PUT", "/api/jobs/a", COUNT)).json.version, 2);
  assert.equal((await api("GET", "/api/jobs/b")).status, 404);
  const { json: run } = await api("POST", "/api/jobs/a/runs");
  assert.equal((await api("GET", `/api/job-runs/${run.id}`)).json.job, "a");
  const { state } = (await api("DELETE", `/api/job-runs/${run.id}`)).json;
  assert.match(String(state), /^(cancelled|succeeded)$/);
  assert.deepEqual(
    ((await api("GET", "/api/jobs/a/runs")).json.runs as JsonObject[]).map(({ id }) => id),
    [run.id],
  );
  assert.equal((await api("DELETE", "/api/jobs/a")).status, 200);
  assert.deepEqual((await api("GET", "/api/jobs")).json, { jobs: [] });
});

test("declared jobs may stand in any order, and one that waits for itself stops the start", async (t) => {
  const waits = (...jobs: string[]) => ({ ...COUNT, triggers: [{ type: "after", jobs } as const] });
  const { run } = await world(t, { jobs: { last: waits("first", "middle"), middle: waits("first"), first: COUNT } });
  await run("jobs", "run", "first");
  await until(async () => /last +sql +\S+ +succeeded/.test((await run("jobs", "list")).out));
  await assert.rejects(world(t, { jobs: { a: waits("b"), b: waits("a") } }), /jobs\.a: .*job b, which does not exist/);
});

test("files that a stream delivers to a table make a job run, and so does the end of another", async (t) => {
  const table = (job: object) => ({ ...COUNT, triggers: [job] }) as typeof COUNT;
  const { lakehose, run } = await world(t, {
    jobs: {
      compact: table({ type: "after-files", table: "sales.orders", count: 1 }),
      report: table({ type: "after", jobs: ["compact"] }),
    },
  });
  const client = clientOf(t, lakehose.url);
  await createStream(client, "orders", {
    Prefix: "orders/",
    ErrorOutputPrefix: "errors/",
    DataFormatConversionConfiguration: {
      Enabled: true,
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
      SchemaConfiguration: { DatabaseName: "sales", TableName: "orders", RoleARN: "arn:aws:iam::000000000000:role/r" },
    },
  });
  await putAll(client, "orders", [Buffer.from('{"id":9,"country":"CH"}')]);
  await lakehose.flush("orders");
  await until(async () => JSON.parse((await run("--json", "jobs", "runs", "report")).out).length === 1);
  const [first] = JSON.parse((await run("--json", "jobs", "runs", "compact")).out);
  assert.match(first.cause, /^after-files sales\.orders 1$/);
});

test("limits.jobRuns says how many runs are under way at a time", async (t) => {
  const endless =
    "SELECT sum(a.n * b.n) FROM UNNEST(sequence(1, 100000)) AS a (n) CROSS JOIN UNNEST(sequence(1, 100000)) AS b (n)";
  const long = { kind: "sql", options: { statement: endless } } as const;
  const { run, api } = await world(t, { limits: { jobRuns: 1 }, jobs: { a: long, b: long } });
  await run("jobs", "run", "a", "--detach");
  await run("jobs", "run", "b", "--detach");
  const stateOf = async (job: string) => (await api("GET", `/api/jobs/${job}`)).json.lastRun as JsonObject;
  await until(async () => (await stateOf("a")).state === "running");
  assert.equal((await stateOf("b")).state, "queued");
  await run("jobs", "cancel", String((await stateOf("a")).id));
  await until(async () => (await stateOf("b")).state === "running");
});

/** Folders with boto3 and what it needs, of the Python of this machine. */
const PACKAGES = spawnSync("python3", [
  "-c",
  "import boto3, os; print(os.path.dirname(os.path.dirname(boto3.__file__)))",
]);

test("boto3 in a python job speaks to this server, with a key that it takes", {
  skip: PACKAGES.status !== 0 && "needs boto3 in the python3 of this machine",
}, async (t) => {
  const data = await temporaryFolder(t);
  await mkdir(join(data, "scripts"));
  const program = [
    "import boto3",
    "s3 = boto3.client('s3')",
    "s3.create_bucket(Bucket='made')",
    "s3.put_object(Bucket='made', Key='by/a/job.txt', Body=b'hello')",
    "print(s3.get_object(Bucket='made', Key='by/a/job.txt')['Body'].read().decode())",
  ];
  await writeFile(join(data, "scripts", "put.py"), program.join("\n"));
  const { api } = await world(t, {
    data,
    accessKeys: [{ accessKeyId: "AKIAOPERATOR", secretAccessKey: "secret" }],
    tokens: [{ name: "test", token: "token" }],
    python: { libraries: PACKAGES.stdout.toString().trim() },
    jobs: { put: { kind: "python", options: { script: "put.py" } } },
  });
  const { json: run } = await api("POST", "/api/jobs/put/runs");
  const state = async () => (await api("GET", `/api/job-runs/${run.id}`)).json.state;
  await until(async () => !["queued", "running"].includes(String(await state())));
  const { lines } = (await api("GET", `/api/job-runs/${run.id}/log`)).json;
  assert.equal(await state(), "succeeded", String(lines));
  assert.match(String((lines as string[]).at(-1)), / hello$/);
});
