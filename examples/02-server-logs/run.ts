import { Athena } from "../athena.ts";
import { tableLines } from "../query.ts";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { expectEqual, expectSameLines, print, runExample } from "../run-example.ts";
import { accessLines } from "./access-lines.ts";
import { crawl } from "./crawl.ts";
import { followLog } from "./follow-log.ts";
import { agedObjects, writeOldLogs } from "./old-logs.ts";
import { addPartition, BY_STATUS, CREATE_LINES, CREATE_REQUESTS, CROWDS, LINES_BY_STATUS, UNUSUAL } from "./queries.ts";

/**
 * Log lines of a web server: reshaped, partitioned by the hour, found by a crawler, asked in SQL, aged by rules. See
 * README.md beside this file.
 *
 *     node examples/02-server-logs/run.ts [--keep]
 */
const HOURS = ["2020-01-20-08", "2020-01-20-09", "2020-01-20-10"];
/** 09:47, in seconds of the day. */
const RUSH_SECOND = 35_220;
const CUT_OFF = '203.0.113.9 - - [20/Jan/2020:10:59:59 +0000] "GET /produ';

await runExample(
  import.meta.dirname,
  async ({ lakehose, bucket }) => {
    const aged = await agedObjects(lakehose.url);
    print("Old objects, once the rules have been carried out:", ...tableLines(aged), "");
    expectEqual("the old objects", aged, [
      { object: "logs/dt=2019-12-01-12/old.gz", class: "STANDARD_IA" },
      { object: "logs/dt=2020-01-19-23/old.gz", class: "STANDARD" },
    ]);

    const lines = [...accessLines(), CUT_OFF];
    await followLog(lakehose, lines);
    await lakehose.flush();
    print(`${lines.length} lines followed. The bucket:`, ...folderLines(await readObjects(bucket)), "");
    expectSameLines("lines as they came", linesOf(await readObjects(bucket, "lines")), lines);
    const errors = linesOf(await readObjects(bucket, "errors")).map((line) => JSON.parse(line));
    const rejected = errors.map(({ rawData }) => Buffer.from(rawData, "base64").toString().trimEnd());
    expectEqual("lines in the error output", rejected, [CUT_OFF]);

    await crawl(lakehose.url, ["s3://lake/logs/", "s3://lake/lines/"], "crawled");
    const athena = new Athena(lakehose.url, "web");
    try {
      await askAboutTables(athena, lines.length);
      await askAboutRates(athena);
    } finally {
      athena.close();
    }
  },
  { prepare: writeOldLogs },
);

/** Three ways to a table: a crawler, DDL over what the function made, and DDL over the lines as they came. */
async function askAboutTables(athena: Athena, count: number): Promise<void> {
  const partitions = await athena.run("SHOW PARTITIONS crawled.logs");
  print("Partitions that the crawler found:", ...partitions.map(({ partition }) => `  ${partition}`), "");
  const found = ["2019-12-01-12", "2020-01-19-23", ...HOURS].map((hour) => ({ partition: `dt=${hour}` }));
  expectEqual("the partitions", partitions, found);

  await athena.run("CREATE DATABASE web");
  for (const statement of [CREATE_REQUESTS, ...HOURS.map(addPartition), CREATE_LINES]) await athena.run(statement);
  const byStatus = await athena.run(BY_STATUS);
  print("Requests by status:", ...tableLines(byStatus), "");
  const requests = byStatus.reduce((sum, row) => sum + Number(row.requests), 0);
  expectEqual("requests in the table by hand", requests, count - 1);
  expectEqual(
    "the crawled table",
    await athena.run(BY_STATUS.replace("requests WHERE", "crawled.logs WHERE")),
    byStatus,
  );
  const cutOff = { status: null, requests: 1, bytes: 0 };
  expectEqual("the table of lines", await athena.run(LINES_BY_STATUS), [...byStatus, cutOff]);
}

async function askAboutRates(athena: Athena): Promise<void> {
  const unusual = await athena.run(UNUSUAL);
  print("Ten seconds that are unlike those before them (random_cut_forest):", ...tableLines(unusual), "");
  const times = unusual.map(({ at }) => at).sort();
  expectEqual(
    "the unusual times",
    times,
    ["00", "10", "20", "30", "40", "50"].map((second) => `09:47:${second}`),
  );

  const [{ crowds } = {}] = await athena.run(CROWDS);
  const { hotspots } = JSON.parse(String(crowds));
  print("Where requests crowd, in seconds of the day and by the end of the address (hotspots):", `  ${crowds}`);
  const [{ minValues, maxValues }] = hotspots;
  // A point on the edge of a crowd belongs to it, and may be two addresses away.
  const isRush =
    minValues[0] >= RUSH_SECOND && maxValues[0] < RUSH_SECOND + 60 && minValues[1] <= 77 && maxValues[1] < 80;
  expectEqual("the number of crowds, and whether it is the rush", [hotspots.length, isRush], [1, true]);
}
