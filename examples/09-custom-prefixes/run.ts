import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { CreateDeliveryStreamCommand, FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { start } from "lakehose";
import { generate } from "../../src/generators/registry.ts";
import { type Partition, queryPartition } from "./partition-query.ts";

/**
 * A Hive-style layout by prefix expressions: see README.md beside this file.
 *
 *     node examples/09-custom-prefixes/run.ts [--keep]
 */
const RECORDS = 40_000;
/** The most that PutRecordBatch takes. */
const BATCH_RECORDS = 500;
/** Readers of the lake tell records apart by it; nothing is put between records unless the stream asks for it. */
const LINE_FEED = Buffer.from("\n");

const keep = process.argv.includes("--keep");
const data = await mkdtemp(join(tmpdir(), "lakehose-example-"));
const lakehose = await start({ data });
try {
  const client = new FirehoseClient({
    endpoint: lakehose.url,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const stream = JSON.parse(await readFile(join(import.meta.dirname, "stream.json"), "utf8"));
  await client.send(new CreateDeliveryStreamCommand(stream));
  await putTicker(client, stream.DeliveryStreamName);
  client.destroy();
  // Size rolls an object after each mebibyte, age after 240 s; the rest is asked for, so that nobody has to wait.
  await lakehose.flush(stream.DeliveryStreamName);

  const bucket = join(data, "buckets", "lake");
  print(`${RECORDS} records put. The bucket:`, "", ...(await treeOf(bucket)), "");
  const glob = join(bucket, "fhbase", "**", "*.gz");
  for (const partition of await partitionsOf(bucket)) await show(glob, partition);
  await show(glob, { year: "1999", month: "12", day: "31", hour: "23" });
  if (keep) print(`The files stay in ${bucket}`);
} finally {
  await lakehose.close();
  if (!keep) await rm(data, { recursive: true, force: true });
}

async function putTicker(client: FirehoseClient, DeliveryStreamName: string): Promise<void> {
  let batch: { Data: Buffer }[] = [];
  let sent = 0;
  for (const event of generate("ticker", { seed: 9, startMs: 0 })) {
    batch.push({ Data: Buffer.concat([event, LINE_FEED]) });
    if (batch.length < BATCH_RECORDS) continue;
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records: batch }));
    if (answer.FailedPutCount !== 0) throw new Error(`${answer.FailedPutCount} records were refused`);
    sent += batch.length;
    batch = [];
    if (sent >= RECORDS) return;
  }
}

async function treeOf(bucket: string): Promise<string[]> {
  const entries = await readdir(bucket, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = files.map(async (file) => {
    const { size } = await stat(file);
    return `  ${relative(bucket, file)}  ${(size / 1024).toFixed(0)} KiB`;
  });
  return (await Promise.all(lines)).sort();
}

/** The hours that the records arrived in: one, or two when the clock has just struck. */
async function partitionsOf(bucket: string): Promise<Partition[]> {
  const folders = await readdir(join(bucket, "fhbase"), { recursive: true });
  return folders.flatMap((folder) => {
    const named = /year=(\d{4}).month=(\d\d).day=(\d\d).hour=(\d\d)$/.exec(folder);
    const [, year = "", month = "", day = "", hour = ""] = named ?? [];
    return named === null ? [] : [{ year, month, day, hour }];
  });
}

async function show(glob: string, partition: Partition): Promise<void> {
  const { rows, filesRead } = await queryPartition(glob, partition);
  const { year, month, day, hour } = partition;
  print(`WHERE year = '${year}' AND month = '${month}' AND day = '${day}' AND hour = '${hour}'`);
  for (const [sector, trades, meanPrice] of rows) {
    print(`  ${String(sector).padEnd(15)} ${String(trades).padStart(6)} trades, mean price ${meanPrice}`);
  }
  print(`  (${rows.length} rows, ${filesRead} files read)`, "");
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
