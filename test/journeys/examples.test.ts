import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { temporaryFolder } from "./journey.ts";

/** Each example does by one command what its README says, and leaves nothing behind. */
const EXAMPLES = join(import.meta.dirname, "..", "..", "examples");
const NAMES = [
  "01-message-bus",
  "02-server-logs",
  "03-data-stream",
  "04-queue-collector",
  "05-stock-ticker",
  "06-telecom-counters",
  "07-taxi-trips",
  "08-device-messages",
  "09-custom-prefixes",
  "10-firewall-logs",
  "11-warehouse",
];

const run = promisify(execFile);
const skipSearch = !process.env.LAKEHOSE_TEST_OPENSEARCH && "LAKEHOSE_TEST_OPENSEARCH is not set";
const skipPython = spawnSync("python3", ["--version"]).status === 0 ? false : "python3 is not installed";

/** What the example prints. Each of them compares what landed with what was put, and ends with 1 where it differs. */
async function outputOf(t: TestContext, name: string, program = "run.ts"): Promise<string> {
  const temporary = await temporaryFolder(t);
  const env = { ...process.env, TMPDIR: temporary };
  const { stdout } = await run(process.execPath, [join(EXAMPLES, name, program)], { env });
  assert.deepEqual(await readdir(temporary), [], "nothing stays behind");
  return stdout;
}

test("every example has a README with its command, a configuration and a test here", async () => {
  const folders = (await readdir(EXAMPLES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), NAMES);
  const index = await readFile(join(EXAMPLES, "README.md"), "utf8");
  for (const name of NAMES) {
    assert.match(
      await readFile(join(EXAMPLES, name, "README.md"), "utf8"),
      new RegExp(`npx node examples/${name}/run.ts`),
    );
    assert.match(await readFile(join(EXAMPLES, name, "lakehose.yaml"), "utf8"), /^streams:$/m);
    assert.ok(index.includes(`(${name}/)`), name);
  }
});

test("01-message-bus: a queue lands once, one message a line, under the prefix of its moment", {
  skip: process.env.LAKEHOSE_TEST_RABBITMQ === undefined && "LAKEHOSE_TEST_RABBITMQ is not set",
}, async (t) => {
  const stdout = await outputOf(t, "01-message-bus");
  assert.match(stdout, /^20000 messages, 100 of them sent twice/m);
  assert.match(stdout, /^ {2}by-day\/\d{4}-\d\d-\d\d\/ {2}\d objects?/m);
  assert.match(stdout, /^ {2}messages\/\d{4}\/\d\d\/\d\d\/\d\d\/ {2}\d objects?/m);
  assert.match(stdout, /^ {2}member \d+ wrote:\\n\\tmessage /m);
});

test("02-server-logs: lines become partitions, three kinds of tables agree, rules age objects, a rush is found", async (t) => {
  const stdout = await outputOf(t, "02-server-logs");
  assert.match(
    stdout,
    /^ {2}logs\/dt=2019-12-01-12\/old\.gz {2}STANDARD_IA\n {2}logs\/dt=2020-01-19-23\/old\.gz {2}STANDARD$/m,
  );
  assert.match(stdout, /^ {2}logs\/dt=2020-01-20-08\/ {2}\d objects?/m);
  assert.match(stdout, /^ {2}lines\/\d{4}\/\d\d\/\d\d\/\d\d\/ {2}\d objects?/m);
  assert.match(stdout, /^ {5}200 +19373 +584884154$/m);
  assert.match(stdout, /^ {2}09:47:00 +220 /m);
});

test("03-data-stream: a function and files get each record of a data stream, over a split", {
  skip: !process.env.LAKEHOSE_TEST_KINESIS && "LAKEHOSE_TEST_KINESIS is not set",
}, async (t) => {
  const stdout = await outputOf(t, "03-data-stream");
  assert.match(stdout, /^ {2}visits\/\d{4}\/\d\d\/\d\d\/\d\d\/ {2}1 object, 102 KiB$/m);
  assert.match(stdout, /^ {2}all-visits\/\d{4}\/\d\d\/\d\d\/\d\d\/ {2}1 object/m);
  assert.match(stdout, /^Every visit is there once in both/m);
});

test("04-queue-collector: a queue becomes files by day and type, and nothing is lost or doubled when the machine dies", {
  skip: !process.env.LAKEHOSE_TEST_ELASTICMQ && "LAKEHOSE_TEST_ELASTICMQ is not set",
}, async (t) => {
  const stdout = await outputOf(t, "04-queue-collector");
  assert.match(stdout, /^ {2}events\/dt=2020-01-20\/type=level_up\/sub_type=none\/ {2}\d+ objects?/m);
  assert.match(stdout, /^ {2}2020-01-21 {2}session +start +2000 +2000 +97$/m);
});

test("05-stock-ticker: a Python function gives each trade a time, and a broken record is rejected alone", {
  skip: skipPython,
}, async (t) => {
  const stdout = await outputOf(t, "05-stock-ticker");
  assert.match(stdout, /^ {2}stockdata\/\d{4}\/\d\d\/\d\d\/\d\d\/ {2}\d objects?/m);
  assert.match(stdout, /^ {2}Lambda\.ProcessingFailedStatus after 1 attempt: \{"ticker_symbol":"QXZ"/m);
  assert.match(stdout, /^ {2}ALY {2,}\d{4}-\d\d-\d\d \d\d:/m);
});

test("05-stock-ticker: trades become documents, and those that the cluster missed come back", {
  skip: skipPython || skipSearch,
}, async (t) => {
  const stdout = await outputOf(t, "05-stock-ticker", "search.ts");
  assert.match(stdout, /^5000 of 10000 trades are documents of stockdata-\d{4}-\d\d-\d\d\.$/m);
  assert.match(stdout, /^ {2}403 for [0-9a-f]{32}-5000: \{"type":"cluster_block_exception"/m);
  assert.match(stdout, /are back: 10000 trades, each once\.$/m);
  assert.match(stdout, /^ {2}ALY {2,}\d{4}-\d\d-\d\dT\d\d:/m);
});

test("06-telecom-counters: a file of XML becomes a row for each counter, and SQL adds them up", {
  skip: skipPython,
}, async (t) => {
  const stdout = await outputOf(t, "06-telecom-counters");
  assert.match(stdout, /^405 files put, the largest of 11\d\d KiB/m);
  assert.match(stdout, /^ {2}counters\/day=2020-01-20\/hour=08\/ {2}1 object/m);
  assert.match(stdout, /^ {2}Cell=harbour-3 +true +4 +4 +18$/m);
  assert.match(stdout, /^ {2}07 {2}=+#+ {2}44\.6 %$/m);
  assert.match(stdout, /^ +75104 +75104 +0 +0$/m);
  assert.match(stdout, /^ +3 +12 +11 +452\.5$/m);
});

test("07-taxi-trips: an archive is replayed at a pace, each trip is in the folder of its place and month, poison aside", async (t) => {
  const stdout = await outputOf(t, "07-taxi-trips");
  assert.match(
    stdout,
    /^ {2}240 records \(.*\) of 4 files went to trips, from 2017-12-31T08:00:00\.000Z to 2017-12-31T09:59:30/m,
  );
  assert.match(stdout, /^ {2}4,263 records /m);
  assert.match(stdout, /^ {2}PartitionTime\.Missing: \{"type":"trip","pickup_location_id":"somewhere"/m);
  assert.match(stdout, /^4500 trips in 530 folders; 67 began in the year before/m);
  assert.match(stdout, /^ {2}049 +2018 +01 +18 +492\.6$/m);
});

test("07-taxi-trips: trips become documents of an index by their type, each once however often it is sent", {
  skip: skipSearch,
}, async (t) => {
  const stdout = await outputOf(t, "07-taxi-trips", "search.ts");
  assert.match(stdout, /^2351 events put\. Documents:\n {2}trip-\d{4}-\d\d +2000\n {2}position-\d{4}-\d\d +50$/m);
  assert.match(stdout, /^ {2}400: expected a document id in the record, found none$/m);
});

test("07-taxi-trips: long trips go into a topic of Kafka too, each once, those from one place together", {
  skip: process.env.LAKEHOSE_TEST_KAFKA === undefined && "LAKEHOSE_TEST_KAFKA is not set",
}, async (t) => {
  const stdout = await outputOf(t, "07-taxi-trips", "bus.ts");
  assert.match(stdout, /^2000 trips put, 958 of 5 miles and more in the topic taxi\.trip\.$/m);
  assert.match(stdout, /^258 places, each in one of 4 partitions\.$/m);
});

test("08-device-messages: messages beyond 1 MiB become rows, and a reader counts the same while files are swapped", async (t) => {
  const stdout = await outputOf(t, "08-device-messages");
  assert.match(stdout, /holds 8 messages; unpacking it fails/);
  assert.match(stdout, /^ {2}messages\/dt=\d{4}-\d\d-\d\d\/ {2}\d+ objects/m);
  assert.match(stdout, /… 32 messages/);
  assert.match(stdout, /^compact-messages: \d+ files become \d$/m);
  assert.match(stdout, / queries found 32 messages with 177600 accelerations, files: 11, (\d+, )?\d$/m);
});

test("09-custom-prefixes: every record is in the folder of its hour, a tenth in the error output, all in the backup", async (t) => {
  const stdout = await outputOf(t, "09-custom-prefixes");
  assert.match(stdout, /^ {2}fhbase\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\/ {2}\d+ objects?/m);
  assert.match(stdout, /^ {2}fherroroutputbase\/[0-9a-f-]{11}\/processing-failed\/\d{4}\/\d\d\/\d\d\/ {2}1 object/m);
  assert.match(stdout, /^ {2}fhraw\/\d{4}\/\d\d\/\d\d\/\d\d\/ /m);
  const trades = [...stdout.matchAll(/ (\d+) trades,/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.equal(trades, 40_000 - 4_013);
  assert.match(stdout, /^4013 trades failed/m);
  assert.match(stdout, /year = '1999'.*\n {2}\(0 rows, 0 files read\)/);
  assert.match(stdout, /\(6 rows, [1-9]\d* files read\)/);
});

test("10-firewall-logs: an old Node function drops what no rule stopped, processors hide cookies and tokens", async (t) => {
  const stdout = await outputOf(t, "10-firewall-logs");
  assert.match(stdout, /Kept by the function: 1486 of 10000, in \d+ calls/);
  assert.match(stdout, /^ +10000 +0 +0 +0 +1990$/m);
});

test("11-warehouse: jobs make a summary of events and tables, one after another, and a failure is written down", async (t) => {
  const stdout = await outputOf(t, "11-warehouse");
  assert.match(stdout, /^3 files of suppliers, copied to their days by a function as they came\.$/m);
  assert.match(stdout, /^120 repeats dropped; 6000 events are left\.$/m);
  assert.match(stdout, /^ {2}compact-events +succeeded +after-files shop\.events 18 +filesRead 18, filesWritten 3,/m);
  assert.match(stdout, /^ {2}daily-sales +succeeded +after drop-repeats .*rows 45,/m);
  assert.match(stdout, /^ {2}note-incident +succeeded +on-failure load-returns +rows 1$/m);
  assert.match(stdout, /^ {2}AT +147 +15658\.36 +toys$/m);
});
