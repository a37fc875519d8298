import { join } from "node:path";
import { folderLines, type LakeObject, linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";
import { type Partition, queryPartition } from "./partition-query.ts";

/**
 * A Hive-style layout by prefix expressions, with a function that fails one record in ten: see README.md beside this file.
 *
 *     node examples/09-custom-prefixes/run.ts [--keep]
 */
const TRADES = 40_000;

/** Readers of the lake tell records apart by it; nothing is put between records unless the stream asks for it. */
const LINE_FEED = Buffer.from("\n");

await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
  const trades = eventsOf("ticker", TRADES, 9);
  await putAll(
    client,
    "ticker",
    trades.map((trade) => Buffer.concat([trade, LINE_FEED])),
  );
  // Size rolls an object after each mebibyte, age after 240 s; the rest is asked for, so that nobody has to wait.
  await lakehose.flush("ticker");
  const objects = await readObjects(bucket);
  print(`${TRADES} trades put. The bucket:`, ...folderLines(objects), "");

  const raw = linesOf(objects.filter(({ key }) => key.startsWith("fhraw/")));
  expectSameLines("the raw backup", raw, trades.map(String));
  const failing = trades.map(String).filter((trade) => /"price":\d+(\.\d)?\}/.test(trade));
  expectErrors(linesOf(objects.filter(({ key }) => key.startsWith("fherroroutputbase/"))), failing);

  const glob = join(bucket, "fhbase", "**", "*.gz");
  let found = 0;
  for (const partition of partitionsOf(objects)) found += await show(glob, partition);
  expectEqual("the trades that the function could do", found, TRADES - failing.length);
  const nothing = await show(glob, { year: "1999", month: "12", day: "31", hour: "23" });
  expectEqual("the trades of an hour in which nothing came", nothing, 0);
});

function expectErrors(lines: readonly string[], failing: readonly string[]): void {
  const errors = lines.map((line) => JSON.parse(line));
  const rawData = errors.map((error) => Buffer.from(error.rawData, "base64").toString().trimEnd());
  print(`${errors.length} trades failed. The first of the error records:`, `  ${lines[0]}`, "");
  expectSameLines("the failed trades", rawData, failing);
  const { attemptsMade, errorCode, lambdaARN } = errors[0];
  expectEqual(
    "an error record",
    { attemptsMade, errorCode, function: lambdaARN.split(":")[6] },
    { attemptsMade: 1, errorCode: "Lambda.ProcessingFailedStatus", function: "fail-one-in-ten" },
  );
}

/** The hours that the records arrived in: one, or two when the clock has just struck. */
function partitionsOf(objects: readonly LakeObject[]): Partition[] {
  const folders = new Set(objects.flatMap(({ key }) => /^fhbase\/(.*)\/[^/]*$/.exec(key)?.[1] ?? []));
  return [...folders].map((folder) => {
    const values = Object.fromEntries(folder.split("/").map((part) => part.split("=")));
    return { year: "", month: "", day: "", hour: "", ...values };
  });
}

async function show(glob: string, partition: Partition): Promise<number> {
  const { rows, filesRead } = await queryPartition(glob, partition);
  const { year, month, day, hour } = partition;
  print(`WHERE year = '${year}' AND month = '${month}' AND day = '${day}' AND hour = '${hour}'`);
  for (const [sector, trades, meanPrice] of rows) {
    print(`  ${String(sector).padEnd(15)} ${String(trades).padStart(6)} trades, mean price ${meanPrice}`);
  }
  print(`  (${rows.length} rows, ${filesRead} files read)`, "");
  return rows.reduce((sum, [, trades]) => sum + Number(trades), 0);
}
