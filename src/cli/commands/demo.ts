import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateDeliveryStreamCommand } from "@aws-sdk/client-firehose";
import type { Command } from "commander";
import { parseConfiguration } from "../../server/configuration/load-configuration.ts";
import { openServer, type RunningServer } from "../../server/open-server.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connect } from "../connection.ts";
import { flightRecords } from "../demo/flights.ts";
import { flightsByOrigin } from "../demo/flights-by-origin.ts";
import { lakeTree } from "../demo/lake-tree.ts";
import { flushStream } from "../flush-stream.ts";
import { bytesText, table, wantsJson } from "../output.ts";
import { startProgress } from "../progress.ts";
import { type PutSummary, putRecords } from "../put-records.ts";
import { waitForStatus } from "./streams.ts";
import { aborted } from "./up.ts";

const STREAM = "flights";
const BUCKET = "lake";
const ROWS_SHOWN = 10;

export const demoCommand: CliCommand = {
  name: "demo",
  add: (program, context) => {
    program
      .command("demo")
      .description("20,000 real events through the real API into partitioned files, and a question about them in SQL")
      .option("--keep", "leave the server running and its data in place")
      .action((flags: { keep?: boolean }, command: Command) => demo(flags.keep === true, command, context));
  },
};

async function demo(keep: boolean, command: Command, context: CliContext): Promise<void> {
  const records = flightRecords();
  const data = await mkdtemp(join(tmpdir(), "lakehose-demo-"));
  const configuration = parseConfiguration(JSON.stringify({ data, port: 0, logLevel: "warn" }), {
    path: "the demo's configuration",
    environment: context.environment,
  });
  const server = await openServer(configuration, { pretty: context.stderr.isTTY === true });
  const connection = connect({ endpoint: server.url });
  try {
    const result = await run(records, data, server, connection, context);
    if (wantsJson(command)) context.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else for (const line of await reportOf(result, keep)) context.stdout.write(`${line}\n`);
    if (keep) await aborted(context.signal);
  } finally {
    connection.close();
    await server.close();
    if (!keep) await rm(data, { recursive: true, force: true });
  }
}

interface DemoResult {
  readonly url: string;
  readonly bucketFolder: string;
  readonly put: PutSummary;
  readonly putMs: number;
  readonly deliverMs: number;
  readonly origins: Awaited<ReturnType<typeof flightsByOrigin>>;
}

async function run(
  records: readonly Buffer[],
  data: string,
  server: RunningServer,
  connection: Connection,
  context: CliContext,
): Promise<DemoResult> {
  await createStream(connection, context);
  const progress = startProgress(context, "PutRecordBatch", records.length, "records");
  const startedAt = systemClock.monotonic();
  const put = await putRecords(connection.firehose, records, {
    stream: STREAM,
    clock: systemClock,
    random: systemRandom,
    signal: context.signal,
    onAccepted: (count) => progress.advance(count),
  }).finally(() => progress.stop());
  const putMs = systemClock.monotonic() - startedAt;
  await flushStream(connection, STREAM, context.signal);
  const deliverMs = systemClock.monotonic() - startedAt - putMs;
  const bucketFolder = join(data, "buckets", BUCKET);
  const origins = await flightsByOrigin(`${bucketFolder}/flights/**/*.gz`, ROWS_SHOWN);
  return { url: server.url, bucketFolder, put, putMs, deliverMs, origins };
}

/** The request is AWS's own, as it would stand in Terraform or in a script. */
async function createStream(connection: Connection, context: CliContext): Promise<void> {
  await connection.firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: STREAM,
      ExtendedS3DestinationConfiguration: {
        RoleARN: "arn:aws:iam::000000000000:role/delivery",
        BucketARN: `arn:aws:s3:::${BUCKET}`,
        Prefix: "flights/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
        ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        CompressionFormat: "GZIP",
      },
    }),
  );
  await waitForStatus(connection.firehose, STREAM, systemClock, context.signal);
}

async function reportOf(result: DemoResult, keep: boolean): Promise<readonly string[]> {
  const { put, putMs, deliverMs, origins, bucketFolder, url } = result;
  const seconds = putMs / 1000;
  const rows = origins.map((row) => [row.origin, row.flights, row.meanDelayMinutes.toFixed(1)]);
  const rate = `${Math.round(put.records / seconds).toLocaleString("en-US")} records/s, ${bytesText(put.bytes / seconds)}/s`;
  return [
    `${put.records.toLocaleString("en-US")} flights (${bytesText(put.bytes)}) accepted through PutRecordBatch, each on disk before its answer: ${rate}.`,
    `Delivered ${Math.round(deliverMs)} ms after the last one was accepted.`,
    "",
    `${BUCKET}/`,
    ...(await lakeTree(bucketFolder)),
    "",
    "SELECT origin, count(*), avg(delay) FROM the files GROUP BY origin, the largest ten:",
    ...table(["origin", "flights", "mean delay (min)"], rows),
    "",
    keep
      ? `The server goes on at ${url} until you press Ctrl+C. The same from the AWS CLI 2:`
      : "The same from the AWS CLI 2, while `npm run demo -- --keep` leaves the server running at the address it prints:",
    awsCliLine(keep ? url : "http://127.0.0.1:PORT"),
  ];
}

function awsCliLine(url: string): string {
  const record = `'{"Data":"{\\"origin\\":\\"SFO\\",\\"delay\\":7}\\n"}'`;
  return `  aws firehose put-record --endpoint-url ${url} --region us-east-1 --delivery-stream-name ${STREAM} --cli-binary-format raw-in-base64-out --record ${record}`;
}
