import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CreateCrawlerCommand, GlueClient } from "@aws-sdk/client-glue";
import { afterwards } from "../journeys/cleanup.ts";
import { until } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";
import { runSql } from "./run-sql.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

/** Clients sign with something, and a server without keys asks for nothing. */
const ANY_KEY = { accessKeyId: "any", secretAccessKey: "any" };

const FILES = 6;

/** Small files of trips in two days, as somebody else wrote them. */
async function writeTrips(data: string): Promise<void> {
  for (const day of ["day=1", "day=2"]) {
    const folder = join(data, "buckets", "lake", "trips", day);
    await mkdir(folder, { recursive: true });
    for (let at = 0; at < FILES; at++) {
      await writeFile(join(folder, `${at}.json`), `{"id":${at},"city":"${day} ${at}"}\n`);
    }
  }
}

async function crawlTrips(url: string): Promise<void> {
  const body = JSON.stringify({ locations: ["s3://lake/trips/"], database: "raw" });
  const { id } = (await (await fetch(`${url}/api/crawls`, { method: "POST", body })).json()) as { id: string };
  const state = async () => ((await (await fetch(`${url}/api/crawls/${id}`)).json()) as { state: string }).state;
  await until(async () => (await state()) === "done");
}

test("an empty lake says what a table is, and a crawl from the page makes one", { skip }, async (t) => {
  const { page, data } = await visitConsole(t, program);
  await writeTrips(data);
  await page.goto("/ui/lake");
  await page.getByText("There is no database yet.").waitFor();
  await page.getByRole("button", { name: "Crawl a folder…" }).click();
  const dialog = page.getByRole("dialog", { name: "Crawl a folder" });
  await dialog.getByLabel("Folder").fill("no location");
  await dialog.getByRole("button", { name: "Start the crawl" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Folder").fill("s3://lake/trips/");
  await dialog.getByLabel("Database").fill("raw");
  await dialog.getByRole("button", { name: "Start the crawl" }).click();
  const crawls = page.getByRole("table", { name: "The latest crawls, newest first" });
  await crawls
    .getByRole("row", { name: /s3:\/\/lake\/trips\// })
    .getByText("done")
    .waitFor();
  await page.reload();
  await page.getByRole("link", { name: "trips" }).click();
  await page.getByRole("heading", { name: "raw.trips", level: 1 }).waitFor();
  const columns = page.getByRole("table", { name: "Columns of the table, then its partition keys" });
  assert.match((await columns.getByRole("row").nth(3).textContent()) ?? "", /^day partition key/);
  await page.getByRole("tab", { name: "Partitions" }).click();
  await page.getByText("2 partitions.").waitFor();
  await page.getByLabel("Filter").fill("day = 2");
  await page.getByText("1 partitions.").waitFor();
  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByText("the first that is kept").waitFor();
});

test("a file and a table are previewed, and a query goes on from there", { skip }, async (t) => {
  const { page, data, lakehose } = await visitConsole(t, program);
  await writeTrips(data);
  await crawlTrips(lakehose.url);
  await page.goto("/ui/lake/tables/raw.trips");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "Preview s3://lake/trips/day=2/3.json" }).click();
  const rows = page.getByRole("table", { name: "Result" });
  await rows.getByRole("cell", { name: "day=2 3" }).waitFor();
  assert.equal(await rows.getAttribute("aria-rowcount"), "2");
  await page.getByRole("button", { name: "First rows" }).click();
  await rows.getByRole("cell", { name: "day=1 5" }).waitFor();
  assert.equal(await rows.getAttribute("aria-rowcount"), "13");
  await page.getByRole("link", { name: "Query this table" }).click();
  await page.getByRole("heading", { name: "Query", level: 1 }).waitFor();
  assert.equal(await page.locator(".cm-line").first().textContent(), 'SELECT * FROM "raw"."trips" LIMIT 50');
  await page.getByRole("button", { name: "Run" }).click();
  await rows.getByRole("cell", { name: "day=1 5" }).waitFor();
});

test("small files are warned of, and the button makes and runs the job that joins them", { skip }, async (t) => {
  const { page, data, lakehose } = await visitConsole(t, program);
  await writeTrips(data);
  await runSql(lakehose.url, "CREATE DATABASE raw");
  await runSql(
    lakehose.url,
    `CREATE EXTERNAL TABLE raw.trips (id bigint, city string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/trips/'`,
  );
  const options = { database: "raw", table: "trips", minimumAgeMinutes: 0, graceMinutes: 0 };
  const job = { kind: "compact", options };
  await fetch(`${lakehose.url}/api/jobs/compact-raw.trips`, { method: "PUT", body: JSON.stringify(job) });
  await page.goto("/ui/lake/tables/raw.trips");
  await page.getByText(/^12 files in 2 folders, .* of which 12 are small$/).waitFor();
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByText(/^12 small files in 2 folders/).waitFor();
  await page.getByRole("button", { name: "Compact" }).click();
  await page.getByRole("heading", { name: "compact-raw.trips", level: 1 }).waitFor();
  const run = page.getByRole("table", { name: "Runs, newest first" }).getByRole("row").nth(1);
  await run.getByText("succeeded").waitFor();
  await run.getByText("by hand").waitFor();
  await page.getByRole("region", { name: "Log" }).getByText(/trips/).first().waitFor();
  await page.goto("/ui/lake/tables/raw.trips");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByText(/^2 files in 2 folders, \d+ B$/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Compact" }).count(), 0);
});

test("a compaction of a table without a job is made with the job's own settings", { skip }, async (t) => {
  const { page, data, lakehose } = await visitConsole(t, program);
  await writeTrips(data);
  await crawlTrips(lakehose.url);
  await page.goto("/ui/lake");
  await page.getByRole("link", { name: "trips" }).click();
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "Compact" }).click();
  await page.getByRole("heading", { name: "compact-raw.trips", level: 1 }).waitFor();
  const made = (await (await fetch(`${lakehose.url}/api/jobs/compact-raw.trips`)).json()) as Record<string, unknown>;
  assert.deepEqual([made.kind, made.options], ["compact", { database: "raw", table: "trips" }]);
});

test("crawlers and jobs stand with their next times, and are started from the page", { skip }, async (t) => {
  const { open, data, lakehose } = await visitConsole(t, program);
  const page = await open({ timezoneId: "UTC" });
  await writeTrips(data);
  const glue = new GlueClient({ endpoint: lakehose.url, region: "us-east-1", credentials: ANY_KEY });
  afterwards(t, () => glue.destroy());
  const target = { Targets: { S3Targets: [{ Path: "s3://lake/trips/" }] }, DatabaseName: "raw", Role: "any" };
  await glue.send(new CreateCrawlerCommand({ Name: "hourly", ...target, Schedule: "cron(0 0 1 1 ? 2199)" }));
  const triggers = [{ type: "schedule", cron: "cron(0 0 1 1 ? 2199)" }];
  const job = { kind: "sql", description: "Counts.", options: { statement: "SELECT 1 AS n" }, triggers };
  await fetch(`${lakehose.url}/api/jobs/count`, { method: "PUT", body: JSON.stringify(job) });
  await page.goto("/ui/lake");
  const crawler = page.getByRole("row", { name: /^hourly/ });
  await crawler.getByText("1 Jan 2199, 00:00:00").waitFor();
  await crawler.getByRole("button", { name: "Start crawler hourly" }).click();
  await crawler.getByText("done").waitFor();
  const row = page.getByRole("row", { name: /^count/ });
  await row.getByText("1 Jan 2199, 00:00:00").waitFor();
  await row.getByText("never").waitFor();
  await row.getByRole("button", { name: "Run job count" }).click();
  await row.getByText("succeeded").waitFor();
  await row.getByRole("link", { name: "count" }).click();
  await page.getByRole("heading", { name: "count", level: 1 }).waitFor();
  await page.getByText("schedule cron(0 0 1 1 ? 2199)").waitFor();
});

test("the pages of a table and a job that are not there say so", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/lake/tables/raw.gone");
  await page.getByRole("heading", { name: "There is no such table" }).waitFor();
  await page.goto("/ui/lake/jobs/gone");
  await page.getByRole("heading", { name: "There is no such job" }).waitFor();
  await page.getByRole("link", { name: "The lake" }).click();
  await page.getByRole("heading", { name: "Lake", level: 1 }).waitFor();
});
