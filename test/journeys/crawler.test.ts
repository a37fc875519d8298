import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  CreateCrawlerCommand,
  DeleteCrawlerCommand,
  GetCrawlerCommand,
  GetCrawlersCommand,
  GetTableCommand,
  GlueClient,
  ListCrawlersCommand,
  StartCrawlerCommand,
  StartCrawlerScheduleCommand,
  StopCrawlerCommand,
  StopCrawlerScheduleCommand,
  UpdateCrawlerCommand,
  UpdateCrawlerScheduleCommand,
} from "@aws-sdk/client-glue";
import { start } from "../../src/server/index.ts";
import { runCli } from "./run-cli.ts";

/** A lake of files that nobody here wrote. */
async function lake(t: TestContext) {
  const data = await mkdtemp(join(tmpdir(), "lakehose-crawler-"));
  const folder = join(data, "buckets", "lake");
  const put = async (key: string, bytes: string | Buffer) => {
    await mkdir(join(folder, key, ".."), { recursive: true });
    await writeFile(join(folder, key), bytes);
  };
  await put("clicks/2026/01/31/23/part-1", gzipSync('{"id":1,"at":"x"}\n'));
  await put(
    "clicks/2026/02/01/00/part-1.gz",
    Buffer.concat([gzipSync('{"id":2}'), Buffer.from("\r\n"), gzipSync('{"id":3}')]),
  );
  await put("clicks/2026/02/01/00/broken.gz", gzipSync('{"id":4}\n').subarray(0, 12));
  await mkdir(join(folder, "visits", "dt=2026-01-01"), { recursive: true });
  await cp(new URL("../fixtures/crawler/table.parquet", import.meta.url), join(folder, "visits", "dt=2026-01-01", "a"));
  const lakehose = await start({ data });
  t.after(async () => {
    await lakehose.close();
    await rm(data, { recursive: true, force: true });
  });
  return { lakehose, put };
}

test("lakehose crawl makes tables of a folder, shows them, and finds nothing new the second time", async (t) => {
  const { lakehose } = await lake(t);
  const crawl = ["crawl", "s3://lake", "--database", "raw", "--table-prefix", "x_"];
  const { code, out, err } = await runCli(lakehose.url, crawl);
  assert.equal(code, 0, err);
  assert.match(out, /raw\.x_clicks +created +json +gzip +2 +2 created/);
  assert.match(out, /raw\.x_visits +created +parquet +none +12 +1 created/);
  assert.match(out, /s3:\/\/lake\/clicks\/2026\/02\/01\/00\/broken\.gz: Expected/);
  const again = await runCli(lakehose.url, [...crawl, "--json"]);
  const { report } = JSON.parse(again.out) as { report: { tables: { change: string }[] } };
  assert.deepEqual(
    report.tables.map(({ change }) => change),
    ["unchanged", "unchanged"],
  );
  const described = await runCli(lakehose.url, ["tables", "describe", "raw.x_clicks"]);
  assert.match(described.out, /hour +string +partition key/);
});

test("lakehose crawl says what is wrong with a location", async (t) => {
  const { lakehose } = await lake(t);
  const wrong = await runCli(lakehose.url, ["crawl", "lake/clicks", "--database", "raw"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /Expected a location such as s3:\/\/bucket\/folder\//);
});

test("the AWS SDK makes, runs, changes and removes a crawler", async (t) => {
  const { lakehose, put } = await lake(t);
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const glue = new GlueClient({ endpoint: lakehose.url, region: "us-east-1", credentials });
  t.after(() => glue.destroy());
  const Name = "nightly";
  const Targets = { S3Targets: [{ Path: "s3://lake/clicks/" }] };
  const Schedule = "cron(15 12 * * ? *)";
  await glue.send(new CreateCrawlerCommand({ Name, Role: "r", DatabaseName: "raw", Targets, Schedule }));
  await assert.rejects(glue.send(new CreateCrawlerCommand({ Name, Role: "r", DatabaseName: "raw", Targets })), {
    name: "AlreadyExistsException",
  });
  await assert.rejects(glue.send(new StopCrawlerCommand({ Name })), { name: "CrawlerNotRunningException" });
  const ended = async () => {
    await glue.send(new StartCrawlerCommand({ Name }));
    for (;;) {
      const { Crawler } = await glue.send(new GetCrawlerCommand({ Name }));
      if (Crawler?.State === "READY") return Crawler;
    }
  };
  const first = await ended();
  assert.equal(first.LastCrawl?.Status, "SUCCEEDED");
  assert.ok(first.LastCrawl?.StartTime instanceof Date);
  assert.deepEqual(first.Schedule, { ScheduleExpression: Schedule, State: "SCHEDULED" });
  assert.deepEqual(first.SchemaChangePolicy, {
    UpdateBehavior: "UPDATE_IN_DATABASE",
    DeleteBehavior: "DEPRECATE_IN_DATABASE",
  });
  const table = { DatabaseName: "raw", Name: "clicks" };
  const { Table } = await glue.send(new GetTableCommand(table));
  assert.equal(Table?.StorageDescriptor?.SerdeInfo?.SerializationLibrary, "org.openx.data.jsonserde.JsonSerDe");
  assert.deepEqual(
    Table?.PartitionKeys?.map((key) => key.Name),
    ["year", "month", "day", "hour"],
  );
  await put("clicks/2026/02/01/01/part-1", '{"id":1,"more":true}\n');
  await glue.send(new UpdateCrawlerCommand({ Name, Description: "by night" }));
  assert.equal((await ended()).Description, "by night");
  const columns = (await glue.send(new GetTableCommand(table))).Table?.StorageDescriptor?.Columns ?? [];
  assert.deepEqual(
    columns.map((column) => `${column.Name} ${column.Type}`),
    ["id bigint", "at string", "more boolean"],
  );
  assert.deepEqual((await glue.send(new ListCrawlersCommand({}))).CrawlerNames, [Name]);
  await glue.send(new DeleteCrawlerCommand({ Name }));
  assert.deepEqual((await glue.send(new GetCrawlersCommand({}))).Crawlers, []);
  await assert.rejects(glue.send(new GetCrawlerCommand({ Name })), { name: "EntityNotFoundException" });
  const JdbcTargets = [{ ConnectionName: "c", Path: "p" }];
  await assert.rejects(
    glue.send(new CreateCrawlerCommand({ Name, Role: "r", DatabaseName: "raw", Targets: { JdbcTargets } })),
    {
      name: "InvalidInputException",
    },
  );
});

test("the AWS SDK sets, stops and starts the schedule of a crawler", async (t) => {
  const { lakehose } = await lake(t);
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const glue = new GlueClient({ endpoint: lakehose.url, region: "us-east-1", credentials });
  t.after(() => glue.destroy());
  const Name = "by-schedule";
  const CrawlerName = Name;
  const Targets = { S3Targets: [{ Path: "s3://lake/clicks/" }] };
  const definition = { Name, Role: "r", DatabaseName: "raw", Targets };
  const wrong = new CreateCrawlerCommand({ ...definition, Schedule: "cron(15 12 * * * *)" });
  await assert.rejects(glue.send(wrong), { name: "InvalidInputException", message: /expected cron\(minutes hours/ });
  await glue.send(new CreateCrawlerCommand(definition));
  const start = () => glue.send(new StartCrawlerScheduleCommand({ CrawlerName }));
  const stop = () => glue.send(new StopCrawlerScheduleCommand({ CrawlerName }));
  const update = (Schedule: string) => glue.send(new UpdateCrawlerScheduleCommand({ CrawlerName, Schedule }));
  const crawler = async () => (await glue.send(new GetCrawlerCommand({ Name }))).Crawler;
  await assert.rejects(start(), { name: "NoScheduleException" });
  await update("cron(0 3 1 1 ? *)");
  await assert.rejects(start(), { name: "SchedulerRunningException" });
  await stop();
  assert.equal((await crawler())?.Schedule?.State, "NOT_SCHEDULED");
  await assert.rejects(stop(), { name: "SchedulerNotRunningException" });
  await start();
  assert.deepEqual((await crawler())?.Schedule, { ScheduleExpression: "cron(0 3 1 1 ? *)", State: "SCHEDULED" });
  await update("");
  assert.equal((await crawler())?.Schedule, undefined);
});
