import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import {
  CreateCrawlerCommand,
  GetCrawlerCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  StartCrawlerCommand,
} from "@aws-sdk/client-glue";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterwards } from "./cleanup.ts";
import { startJourney, temporaryFolder } from "./journey.ts";

/**
 * The crawler over an S3 server that others wrote, with files that pyarrow and Python wrote.
 * `npm run servers -- run moto s3 readers -- npm test` brings all of it.
 */
const PYTHON = process.env.LAKEHOSE_TEST_READERS;
const REGION = "us-east-1";
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

for (const variable of ["LAKEHOSE_TEST_S3", "LAKEHOSE_TEST_MOTO"] as const) {
  const endpoint = process.env[variable];
  const missing = endpoint === undefined ? variable : PYTHON === undefined ? "LAKEHOSE_TEST_READERS" : undefined;
  const skip = missing !== undefined && `needs an S3 server and a Python with pyarrow: it belongs in ${missing}`;

  test(`a crawler makes tables of foreign files in S3, which SQL reads (${variable})`, { skip }, async (t) => {
    const bucket = await uploadFiles(t, endpoint ?? "");
    const s3 = { endpoint: endpoint ?? "", region: REGION, credentials: { ...CREDENTIALS } };
    const { lakehose } = await startJourney(t, { storage: { default: "s3", s3 } });
    const glue = new GlueClient({ endpoint: lakehose.url, region: REGION, credentials: { ...CREDENTIALS } });
    afterwards(t, () => glue.destroy());
    const Targets = { S3Targets: [{ Path: `s3://${bucket}/` }] };
    await glue.send(new CreateCrawlerCommand({ Name: "foreign", Role: "r", DatabaseName: "raw", Targets }));
    await crawl(glue, "foreign");

    assert.deepEqual(await describe(glue, "orders"), {
      serde: "ParquetHiveSerDe",
      columns: "id bigint, price decimal(10,2), at timestamp, tags array<string>",
      keys: "dt",
      partitions: ["2026-01-01", "2026-01-02"],
    });
    assert.deepEqual(await describe(glue, "prices"), {
      serde: "OpenCSVSerde",
      columns: "symbol string, price double, volume bigint",
      keys: "",
      partitions: [],
    });
    assert.deepEqual(await describe(glue, "clicks"), {
      serde: "JsonSerDe",
      columns: "user string, clicks bigint, page struct<path:string>",
      keys: "year, month, day",
      partitions: ["2026/01/01", "2026/01/02"],
    });

    assert.deepEqual(await sql(lakehose.url, "SELECT dt, sum(price) FROM raw.orders GROUP BY dt ORDER BY dt"), [
      ["2026-01-01", "1.50"],
      ["2026-01-02", "13.24"],
    ]);
    assert.deepEqual(await sql(lakehose.url, "SELECT sum(volume) FROM raw.prices"), [["30"]]);
    const clicks = `SELECT day, sum(clicks), max(page.path) FROM raw.clicks GROUP BY day ORDER BY day`;
    assert.deepEqual(await sql(lakehose.url, clicks), [
      ["01", "3", "/"],
      ["02", "3", "/"],
    ]);
  });
}

async function uploadFiles(t: TestContext, endpoint: string): Promise<string> {
  const folder = await temporaryFolder(t);
  await promisify(execFile)(PYTHON ?? "", [join(import.meta.dirname, "pyarrow-files.py"), folder]);
  const s3 = new S3Client({ endpoint, region: REGION, credentials: { ...CREDENTIALS }, forcePathStyle: true });
  afterwards(t, () => s3.destroy());
  const Bucket = `lakehose-${randomBytes(6).toString("hex")}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length >= 5, `enough files, got ${files.length}`);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    await s3.send(new PutObjectCommand({ Bucket, Key: path.slice(folder.length + 1), Body: await readFile(path) }));
  }
  return Bucket;
}

async function crawl(glue: GlueClient, Name: string): Promise<void> {
  await glue.send(new StartCrawlerCommand({ Name }));
  for (;;) {
    const { Crawler } = await glue.send(new GetCrawlerCommand({ Name }));
    if (Crawler?.State !== "READY") continue;
    assert.equal(Crawler.LastCrawl?.Status, "SUCCEEDED", Crawler.LastCrawl?.ErrorMessage);
    return;
  }
}

async function describe(glue: GlueClient, Name: string) {
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: "raw", Name }));
  const { Columns = [], SerdeInfo } = Table?.StorageDescriptor ?? {};
  const keys = (Table?.PartitionKeys ?? []).map((key) => key.Name).join(", ");
  const answer = await glue.send(new GetPartitionsCommand({ DatabaseName: "raw", TableName: Name }));
  return {
    serde: SerdeInfo?.SerializationLibrary?.split(".").at(-1),
    columns: Columns.map((column) => `${column.Name} ${column.Type}`).join(", "),
    keys,
    partitions: (answer.Partitions ?? []).map(({ Values = [] }) => Values.join("/")).sort(),
  };
}

/** Rows of an answer, each value as text. */
async function sql(url: string, text: string): Promise<string[][]> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ sql: text });
  const begun = (await (await fetch(`${url}/api/queries`, { method: "POST", headers, body })).json()) as { id: string };
  const address = `${url}/api/queries/${begun.id}`;
  const query = (await (await fetch(`${address}?waitMs=30000`)).json()) as { state: string };
  assert.equal(query.state, "succeeded", JSON.stringify(query));
  const answer = (await (await fetch(`${address}/rows`)).json()) as { rows: unknown[][] };
  return answer.rows.map((row) => row.map(String));
}
