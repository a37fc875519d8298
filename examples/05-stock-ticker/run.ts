import { join } from "node:path";
import { query, tableLines } from "../query.ts";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";

/**
 * A Python handler that answers differently on every run, and a lake that holds one answer for each trade: see README.md
 * beside this file.
 *
 *     node examples/05-stock-ticker/run.ts [--keep]
 */
const TRADES = 10_000;
/** What a producer sends when it was cut off. */
const BROKEN = Buffer.from('{"ticker_symbol":"QXZ","sector":"HEALTHC');

const PRICES = `
  SELECT ticker_symbol, date_trunc('second', timestamp::TIMESTAMPTZ)::VARCHAR AS second,
         count(*)::INTEGER AS trades, round(avg(price), 2) AS mean_price
  FROM read_json($glob, format = 'newline_delimited')
  GROUP BY ALL ORDER BY ticker_symbol, second LIMIT 6`;

await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
  const trades = eventsOf("ticker", TRADES, 5);
  await putAll(client, "stock-ticker", [...trades, BROKEN]);
  await lakehose.flush("stock-ticker");
  print(`${TRADES} trades and a broken record put. The bucket:`, ...folderLines(await readObjects(bucket)), "");

  const landed = linesOf(await readObjects(bucket, "stockdata"));
  print("Two of the trades:", ...landed.slice(0, 2).map((line) => `  ${line}`), "");
  expectTrades(trades, landed);

  const [failed = "", ...more] = linesOf(await readObjects(bucket, "stockdata-failed"));
  const { errorCode, attemptsMade, rawData } = JSON.parse(failed);
  print("The broken record:", `  ${errorCode} after ${attemptsMade} attempt: ${Buffer.from(rawData, "base64")}`, "");
  expectEqual("the error records", [more.length + 1, errorCode, attemptsMade], [1, "Lambda.ProcessingFailedStatus", 1]);
  expectEqual("its raw data", Buffer.from(rawData, "base64").toString(), BROKEN.toString());

  const prices = await query(PRICES, { glob: join(bucket, "stockdata", "**", "*.gz") });
  print("Mean price of each symbol over time:", ...tableLines(prices));
});

/** Every trade is there once, as it was put, with a time of its own. */
function expectTrades(trades: readonly Buffer[], landed: readonly string[]): void {
  const times = new Set<string>();
  const found = landed.map((line) => {
    const { timestamp, ...trade } = JSON.parse(line);
    times.add(timestamp);
    return JSON.stringify(trade);
  });
  expectSameLines("trades", found, trades.map(String));
  const isTime = [...times].every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/.test(time));
  expectEqual("the times", [isTime, times.size > 1], [true, true]);
}
