import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { generate } from "../../src/generators/registry.ts";
import { Athena } from "../athena.ts";
import { type Row, tableLines } from "../query.ts";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";
import { until } from "../until.ts";
import { expectedCounters } from "./expected-counters.ts";
import { largeFile } from "./large-file.ts";
import { ATTACHES, CSV_TABLE, DIFFERENCES, DROPPED, HARBOUR, LARGE_FILE } from "./queries.ts";

/**
 * Measurement files of a mobile network (3GPP TS 32.435), each of which becomes rows: see README.md beside this file.
 *
 *     node examples/06-telecom-counters/run.ts [--keep]
 */
const FILES = 400;
/** Six hours from the first file to the last. */
const INTERVAL_MS = 54_000;
/** The most that one record may be at AWS. */
const AWS_RECORD_BYTES = 1000 * 1024;
/** Of the large file. */
const COUNTERS = 1000;
const CELLS = 60;

const BROKEN = [
  '<?xml version="1.0"?><measCollecFile><fileHeader',
  '<!DOCTYPE measCollecFile [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><measCollecFile>&b;</measCollecFile>',
  "<html><body>503 Service Unavailable</body></html>",
];

await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
  const generated = generatedFiles();
  const example = await readFile(join(import.meta.dirname, "files", "three-cells.xml"));
  const files = [...generated, example, largeFile(COUNTERS, CELLS), ...BROKEN.map((file) => Buffer.from(file))];
  await putAll(client, "measurement-files", files);
  await putAll(client, "measurement-files-csv", files);
  await lakehose.flush();
  const largest = Math.max(...files.map(({ length }) => length));
  print(`${files.length} files put, the largest of ${Math.ceil(largest / 1024)} KiB. The bucket:`);
  print(...folderLines(await readObjects(bucket)), "");
  expectEqual("a file beyond AWS's limit", largest > AWS_RECORD_BYTES, true);
  const kept = (await readObjects(bucket, "rawxml")).map(({ bytes }) => gunzipSync(bytes));
  expectEqual("bytes of files kept as they came", lengthOf(kept), lengthOf(files));

  const errors = linesOf(await readObjects(bucket, "errors")).map((line) => JSON.parse(line));
  const refused = errors.map(({ rawData }) => Buffer.from(rawData, "base64").toString());
  expectSameLines("files in the error output", refused, BROKEN);
  print(
    "Files that are none:",
    ...refused.map((file, index) => `  ${errors[index].errorCode}: ${file.slice(0, 48)}…`),
    "",
  );

  const athena = new Athena(lakehose.url, "telecom");
  try {
    await askAthena(athena, generated.map(String));
    await dropFiles(lakehose.url, bucket, athena, example);
  } finally {
    athena.close();
  }
});

function lengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

function generatedFiles(): Buffer[] {
  const startMs = Date.parse("2020-01-20T08:00:00Z");
  const events = generate("pm-xml", { seed: 6, startMs, intervalMs: INTERVAL_MS });
  return Array.from({ length: FILES }, () => events.next().value);
}

async function askAthena(athena: Athena, generated: readonly string[]): Promise<void> {
  const harbour = await athena.run(HARBOUR);
  print("The example file, 4 counters of 3 cells:", ...tableLines(harbour), "");
  expectEqual("the example file", harbour, [
    { cell: "Cell=harbour-1", suspect: null, counters: 4, measured: 4, total: 274.5 },
    { cell: "Cell=harbour-2", suspect: null, counters: 4, measured: 3, total: 160 },
    { cell: "Cell=harbour-3", suspect: "true", counters: 4, measured: 4, total: 18 },
  ]);
  const large = [{ counters: COUNTERS * CELLS, names: COUNTERS, highest: COUNTERS }];
  expectEqual("the large file", await athena.run(LARGE_FILE), large);

  const attaches = await athena.run(ATTACHES);
  print("Attach procedures by hour and cell:", ...tableLines(attaches.slice(0, 4)), `  … ${attaches.length} rows`, "");
  expectEqual("the attach procedures", attaches, expectedCounters(generated));
  print("Attach procedures that came to an end, and those that were aborted (#):", ...chartLines(attaches), "");

  await athena.run(CSV_TABLE);
  await athena.run("MSCK REPAIR TABLE counters_csv");
  const differences = await athena.run(DIFFERENCES);
  print("Parquet and CSV, row by row:", ...tableLines(differences), "");
  const [{ parquet, csv } = {}] = differences;
  expectEqual("the rows of CSV", differences, [{ parquet, csv: parquet, only_parquet: 0, only_csv: 0 }]);
  expectEqual("rows in CSV", Number(csv) > COUNTERS * CELLS, true);
}

/** The other way in: files that are put into the bucket, each of which calls the function. */
async function dropFiles(endpoint: string, bucket: string, athena: Athena, example: Buffer): Promise<void> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const s3 = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  const drop = (name: string, Body: Buffer | string) =>
    s3.send(new PutObjectCommand({ Bucket: "lake", Key: `rawxml/${name}`, Body }));
  try {
    await drop("cut off.xml", BROKEN[0] ?? "");
    await drop("three cells.xml", example);
  } finally {
    s3.destroy();
  }
  const rows = join(bucket, "counters-dropped", "three cells.xml.json");
  await until("the dropped file has become rows", async () => existsSync(rows));
  const dropped = await athena.run(DROPPED);
  print("The example file, dropped into the bucket:", ...tableLines(dropped), "");
  expectEqual("the dropped file", dropped, [{ cells: 3, counters: 12, measured: 11, total: 452.5 }]);
  const [failed] = (await readObjects(bucket, "errors-dropped")).map(({ bytes }) => bytes.toString());
  expectEqual("the dropped file that is none", failed?.includes("rawxml/cut+off.xml"), true);
}

/** A bar for each hour. */
function chartLines(attaches: readonly Row[]): string[] {
  const hours = [...new Set(attaches.map(({ hour }) => String(hour)))];
  return hours.map((hour) => {
    const sum = (name: string) =>
      attaches.reduce((total, row) => total + (row.hour === hour ? Number(row[name]) : 0), 0);
    const [success, aborts] = [sum("success"), sum("aborts")];
    const aborted = Math.round((60 * aborts) / (success + aborts));
    return `  ${hour}  ${"=".repeat(60 - aborted)}${"#".repeat(aborted)}  ${((100 * aborts) / (success + aborts)).toFixed(1)} %`;
  });
}
