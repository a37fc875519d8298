/** Everything that the admin API answers is what its contract says: no member more, none less. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CreateCrawlerCommand, GlueClient } from "@aws-sdk/client-glue";
import { ADMIN_CONTRACTS } from "../../src/api/admin/contract/registry.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, putAll, startJourney, until } from "./journey.ts";

/** What needs a peer to have anything to show; their schemas are held to the types of what is shown by the compiler. */
const NEEDS_A_PEER = ["lakehose:GetSource"];

const TRIGGERS = {
  nightly: { kind: "schedule", to: { function: "none" }, options: { cron: "cron(0 3 * * ? *)" } },
};

/** Clients sign with something, and a server without keys asks for nothing. */
const ANY_KEY = { accessKeyId: "any", secretAccessKey: "any" };

const ALARMS = {
  rules: { late: { measure: "freshness-seconds", above: 900 } },
  targets: { ops: { webhook: { url: "http://127.0.0.1:9/" } } },
} as const;

const OPTIONS = { triggers: TRIGGERS, alarms: ALARMS } as const;

interface Operation {
  readonly action: string;
  readonly method: string;
  readonly pattern: RegExp;
}

async function openApi(url: string): Promise<readonly Operation[]> {
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { "x-action": string }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      action: operation["x-action"],
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
    })),
  );
}

async function world(t: TestContext) {
  const journey = await startJourney(t, OPTIONS);
  const { url } = journey.lakehose;
  const operations = await openApi(url);
  const called = new Set<string>();
  const call = async (method: string, path: string, body?: object) => {
    const address = path.split("?")[0] ?? "";
    const operation = operations.find((one) => one.method === method && one.pattern.test(address));
    assert.ok(operation, `${method} ${path} is in the document`);
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    called.add(operation.action);
    const contract = ADMIN_CONTRACTS[operation.action];
    if (response.status === 200 && contract?.files !== undefined) {
      const [type = ""] = response.headers.get("content-type")?.split(";") ?? [];
      assert.ok(contract.files.includes(type), `${path}: ${type}`);
      return { bytes: await response.text() };
    }
    const answer = (await response.json()) as JsonObject;
    assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
    const checked = contract?.answer.safeParse(answer);
    assert.ok(checked?.success, `${method} ${path}: ${checked?.error} in ${JSON.stringify(answer, null, 1)}`);
    return answer;
  };
  const glue = new GlueClient({ endpoint: url, region: "us-east-1", credentials: ANY_KEY });
  afterwards(t, () => glue.destroy());
  return { ...journey, glue, operations, called, call };
}

test("every operation of the admin API answers what its contract says", async (t) => {
  const { client, glue, data, operations, called, call } = await world(t);
  await callStreams();
  await callLake();
  await callQueries();
  await callJobs();
  await callFunctions();
  await call("GET", "/api/openapi.json");
  await call("GET", "/api/audit?limit=10");
  await call("GET", "/api/alarms");
  await call("GET", "/api/metrics?stream=clicks");
  await call("GET", "/api/sources");
  await call("GET", "/api/triggers");
  await call("GET", "/api/triggers/nightly");
  const left = operations.map(({ action }) => action).filter((action) => !called.has(action));
  assert.deepEqual(left, NEEDS_A_PEER);

  async function callStreams() {
    await createStream(client, "clicks", {
      CloudWatchLoggingOptions: { Enabled: true, LogGroupName: "g", LogStreamName: "s" },
    });
    await createStream(
      client,
      "rows",
      { Prefix: "rows/!{timestamp:yyyy}/", ErrorOutputPrefix: "errors/" },
      { "lakehose:roll-at": "08:30 Europe/London" },
    );
    await putAll(client, "clicks", [Buffer.from('{"n":1}\n')]);
    await call("GET", "/api/stream-health");
    await call("POST", "/api/streams/clicks/flush");
    await call("GET", "/api/streams");
    await call("GET", "/api/streams/clicks");
    await call("PUT", "/api/streams/rows/extensions?version=1", { "roll-idle": "6h" });
    await call("GET", "/api/streams/clicks/log?limit=10");
    await call("GET", "/api/streams/clicks/records?limit=10");
    await call("GET", "/api/streams/clicks/errors?limit=10");
    await call("POST", "/api/streams/clicks/pause");
    await call("POST", "/api/streams/clicks/resume");
    const update = { ExtendedS3DestinationUpdate: { CompressionFormat: "GZIP" } };
    await call("PUT", "/api/streams/clicks/definition?check=true", update);
    await call("PUT", "/api/streams/clicks/definition?version=1", { ...update, lakehose: { "roll-idle": "6h" } });
    await call("POST", "/api/streams/clicks/dry-run", { records: ["a"], update: { lakehose: {} } });
    await call("GET", "/api/streams/clicks/demo-data");
    await call("POST", "/api/streams/clicks/demo-data", { generator: "ticker", perSecond: 5, seconds: 1 });
    await call("DELETE", "/api/streams/clicks/demo-data");
    const redrive = await call("POST", "/api/streams/clicks/redrive", { again: true });
    await until(async () => {
      const { redrives } = (await call("GET", "/api/streams/clicks/redrives")) as { redrives: JsonObject[] };
      return redrives[0]?.state !== "running";
    });
    await call("DELETE", `/api/streams/clicks/redrives/${redrive.id}`);
    const replay = await call("POST", "/api/streams/clicks/replays", { objects: { prefix: "clicks/" } });
    await call("GET", "/api/streams/clicks/replays");
    await call("DELETE", `/api/streams/clicks/replays/${replay.id}`);
    await call("GET", "/api/stream-health");
    const destination = { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN: "arn:aws:s3:::lake" };
    await call("PUT", "/api/streams/third", { ExtendedS3DestinationConfiguration: destination });
    await call("DELETE", "/api/streams/third?force=true");
  }

  async function callLake() {
    await mkdir(join(data, "buckets", "lake", "taxi", "day=1"), { recursive: true });
    await writeFile(join(data, "buckets", "lake", "taxi", "day=1", "a.json"), '{"n":1}\n');
    const crawl = await call("POST", "/api/crawls", { locations: ["s3://lake/taxi/"], database: "default" });
    await until(async () => (await call("GET", `/api/crawls/${crawl.id}`)).state !== "running");
    await call("GET", "/api/crawls");
    await call("DELETE", `/api/crawls/${crawl.id}`);
    await call("GET", "/api/databases");
    await call("GET", "/api/tables");
    await call("GET", "/api/tables/default.taxi/versions");
    assert.equal((await call("GET", "/api/tables/default.taxi/files?limit=1")).total, 1);
    const crawler = {
      Name: "hourly",
      Role: "r",
      DatabaseName: "default",
      Targets: { S3Targets: [{ Path: "s3://lake/taxi/" }] },
    };
    await glue.send(new CreateCrawlerCommand({ ...crawler, Schedule: "cron(0 * * * ? *)" }));
    const { id } = await call("POST", "/api/crawlers/hourly/crawls");
    await call("GET", "/api/crawlers");
    await until(async () => (await call("GET", `/api/crawls/${id}`)).state !== "running");
    await until(async () => JSON.stringify(await call("GET", "/api/crawlers")).includes("lastCrawl"));
    await call("GET", "/api/tables/default.taxi");
    await call("GET", "/api/tables/default.taxi/partitions?limit=1");
  }

  async function callQueries() {
    const { id } = await call("POST", "/api/queries", { sql: "SELECT * FROM taxi", fresh: true });
    await call("GET", `/api/queries/${id}?waitMs=30000`);
    await call("GET", `/api/queries/${id}/rows?from=0&limit=10`);
    assert.match(String((await call("GET", `/api/queries/${id}/file`)).bytes), /^"n"/);
    assert.match(String((await call("GET", `/api/queries/${id}/file?form=parquet`)).bytes), /^PAR1/);
    await call("GET", "/api/query-functions");
    await call("GET", "/api/queries");
    await call("DELETE", `/api/queries/${id}`);
  }

  async function callFunctions() {
    await mkdir(join(data, "functions", "same"), { recursive: true });
    const code =
      'exports.handler = async ({ records }) => (console.log("called"), { records: records.map((one) => ({ ...one, result: "Ok" })) });';
    await writeFile(join(data, "functions", "same", "index.js"), code);
    await call("GET", "/api/functions");
    const { results } = await call("POST", "/api/functions/same/invoke", { records: ["a"] });
    assert.deepEqual(results, [{ record: 1, result: "kept", data: "a" }]);
    await until(async () => JSON.stringify(await call("GET", "/api/functions/same")).includes('"line":"called"'));
  }

  async function callJobs() {
    await call("PUT", "/api/jobs/count", {
      kind: "sql",
      options: { statement: "SELECT 1 AS n" },
      triggers: [{ type: "schedule", cron: "cron(0 3 * * ? *)" }],
    });
    await call("GET", "/api/jobs/count");
    const { id } = await call("POST", "/api/jobs/count/runs?day=2026-11-21");
    await until(async () => ((await call("GET", `/api/job-runs/${id}`)).endedAt ?? 0) !== 0);
    await call("GET", `/api/job-runs/${id}/log?from=0`);
    await call("GET", "/api/jobs/count/runs");
    await call("GET", "/api/jobs");
    const again = await call("POST", "/api/jobs/count/runs");
    await call("DELETE", `/api/job-runs/${again.id}`);
    await call("DELETE", "/api/jobs/count");
  }
});
