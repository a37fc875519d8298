/**
 * `npm run screenshots`: the pages of the console as they are, with a server of its own and events that are made up while
 * the pictures are taken, into `docs/images`. Look at them before they are committed.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { generate } from "../../src/generators/registry.ts";
import { start } from "../../src/server/index.ts";
import { launchChromium } from "../../test/console/browser.ts";
import { runSql } from "../../test/console/run-sql.ts";

const IMAGES = fileURLToPath(new URL("../../docs/images", import.meta.url));

/** Long enough for a line in the graphs, and for objects that land after a minute. */
const WATCH_MS = 80_000;

/** A batch of each kind of event, so many times a second. */
const BATCHES_PER_SECOND = 4;

const ROLE = { RoleARN: "arn:aws:iam::000000000000:role/lakehose", BucketARN: "arn:aws:s3:::lake" };

interface ShownStream {
  readonly name: string;
  readonly generator: string;
  readonly batch: number;
  readonly destination: object;
}

const partitioned = {
  Prefix: "ticker/symbol=!{partitionKeyFromQuery:symbol}/",
  BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 64 },
  DynamicPartitioningConfiguration: { Enabled: true },
  CloudWatchLoggingOptions: { Enabled: true, LogGroupName: "/lakehose/ticker", LogStreamName: "DestinationDelivery" },
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: "MetadataExtraction",
        Parameters: [
          { ParameterName: "MetadataExtractionQuery", ParameterValue: "{symbol: .ticker_symbol}" },
          { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
        ],
      },
    ],
  },
};

const plain = { Prefix: "raw/!{timestamp:yyyy/MM/dd}/", BufferingHints: { IntervalInSeconds: 10, SizeInMBs: 5 } };
const archived = { S3BackupMode: "Enabled", S3BackupConfiguration: { ...ROLE, Prefix: "archive/" } };

const STREAMS: readonly ShownStream[] = [
  { name: "firewall-logs", generator: "waf", batch: 120, destination: plain },
  { name: "stock-ticker", generator: "ticker", batch: 60, destination: partitioned },
  { name: "taxi-trips", generator: "taxi", batch: 25, destination: { ...plain, ...archived } },
];

interface Picture {
  readonly file: string;
  readonly path: string;
  readonly context: BrowserContextOptions;
  readonly prepare?: (page: Page) => Promise<void>;
}

const WIDE = { width: 1280, height: 900 };

const PICTURES: readonly Picture[] = [
  { file: "console-streams.png", path: "/ui/streams", context: { viewport: WIDE } },
  {
    file: "console-stream.png",
    path: "/ui/streams/stock-ticker",
    context: { viewport: { ...WIDE, height: 1160 }, colorScheme: "dark" },
  },
  { file: "console-create.png", path: "/ui/create-stream", context: { viewport: WIDE }, prepare: toReview },
  { file: "console-query.png", path: "/ui/query", context: { viewport: { ...WIDE, height: 1120 } }, prepare: toChart },
  { file: "console-table.png", path: "/ui/lake", context: { viewport: WIDE, colorScheme: "dark" }, prepare: toFiles },
  { file: "console-phone.png", path: "/ui/streams", context: { viewport: { width: 390, height: 844 } } },
];

const TICKS = [
  "CREATE DATABASE stocks",
  `CREATE EXTERNAL TABLE stocks.ticks (ticker_symbol string, sector string, change double, price double)
    PARTITIONED BY (symbol string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/ticker/'`,
  "MSCK REPAIR TABLE stocks.ticks",
];

/** Made when the first objects have landed, of which it is a table. */
async function toChart(page: Page): Promise<void> {
  for (const statement of TICKS) await runSql(lakehose.url, statement);
  await page.reload();
  const sql =
    "SELECT sector, symbol, round(avg(price), 2) AS price\nFROM stocks.ticks\nGROUP BY 1, 2 ORDER BY 3 DESC LIMIT 30";
  await page.getByRole("textbox", { name: "SQL statement" }).fill(sql);
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("tab", { name: "Chart" }).click();
  await page.getByLabel("Across").selectOption("symbol");
  await page.getByLabel("Colour by").selectOption("Nothing");
  await page.getByRole("img", { name: /^Bar chart/ }).waitFor();
}

async function toFiles(page: Page): Promise<void> {
  await page.reload();
  await page.getByRole("link", { name: "ticks" }).click();
  await page.getByRole("button", { name: "First rows" }).click();
  await page.getByRole("table", { name: "Result" }).getByRole("row").nth(5).waitFor();
}

async function toReview(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("orders");
  for (let step = 0; step < 4; step++) await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("The server has checked it").waitFor();
  await page.getByLabel("Terraform").check();
}

mkdirSync(IMAGES, { recursive: true });
const lakehose = await start({});
const ended = new AbortController();
const browser = await launchChromium(process.env.LAKEHOSE_TEST_CHROMIUM);
try {
  for (const { name, destination } of STREAMS) await createStream(name, destination);
  const producing = STREAMS.map((stream, at) => produce(stream, at));
  const pages = await Promise.all(PICTURES.map((picture) => openPage(browser, picture)));
  await sleep(WATCH_MS);
  for (const { picture, page } of pages) {
    await picture.prepare?.(page);
    await page.screenshot({ path: join(IMAGES, picture.file) });
    process.stdout.write(`docs/images/${picture.file}\n`);
  }
  ended.abort();
  await Promise.all(producing);
} finally {
  await browser.close();
  await lakehose.close();
}

async function createStream(name: string, destination: object): Promise<void> {
  const ExtendedS3DestinationConfiguration = { ...ROLE, ErrorOutputPrefix: `errors/${name}/`, ...destination };
  const body = JSON.stringify({ ExtendedS3DestinationConfiguration });
  const response = await fetch(`${lakehose.url}/api/streams/${name}`, { method: "PUT", body });
  if (!response.ok) throw new Error(`Stream ${name} was not created: ${await response.text()}`);
}

async function produce({ name, generator, batch }: ShownStream, seed: number): Promise<void> {
  const events = generate(generator, { seed, startMs: Date.now(), badShare: 0.01 });
  while (!ended.signal.aborted) {
    const lines = Array.from({ length: batch }, () => String(events.next().value).replaceAll("\n", " "));
    await fetch(`${lakehose.url}/v1/streams/${name}/records`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: lines.join("\n"),
    });
    await sleep(1000 / BATCHES_PER_SECOND);
  }
}

async function openPage(browser: Browser, picture: Picture) {
  const context = await browser.newContext({ baseURL: lakehose.url, reducedMotion: "reduce", ...picture.context });
  const page = await context.newPage();
  await page.goto(picture.path);
  return { picture, page };
}
