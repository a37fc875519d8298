import { Athena } from "../athena.ts";
import { tableLines } from "../query.ts";
import { folderLines, linesOf, objectPaths, readObjects } from "../read-lake.ts";
import { type Example, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";
import { until } from "../until.ts";
import { hasEnded, JobsApi } from "./jobs-api.ts";
import { openShopDatabase } from "./shop/database.ts";
import { putShopTables } from "./shop/files.ts";
import { dropInvoices, invoicesOfDays } from "./shop/invoices.ts";
import {
  CUSTOMERS,
  DAYS,
  PRODUCTS,
  type ShopEvent,
  salesOf,
  shopEvents,
  stockChange,
  stockCounts,
} from "./shop/shop.ts";
import { StockTable } from "./shop/stock-table.ts";
import { boto3Folder, DATABASE_ADDRESS, DYNAMODB_ADDRESS } from "./this-machine.ts";

/**
 * A shop's warehouse without servers: events, tables of a database, and jobs that make a summary of both. See README.md
 * beside this file.
 *
 *     node examples/11-warehouse/run.ts [--keep]
 */
const EVENTS = 6_000;
/** So often an object of each day is asked for: what a minute of a quiet night is. */
const ROUNDS = 6;
/** One event in fifty is sent twice, in the next round: by a producer that did not hear the answer. */
const REPEATED = 50;
const CHANGES = 100;

const OBJECTS = ROUNDS * DAYS.length;

const JOBS = [
  ...["compact-events", "drop-repeats", "export-shop", "daily-sales", "report"],
  ...["load-returns", "note-incident"],
];

const TOP_COUNTRIES = `
  SELECT country, sum(orders) AS orders, sum(revenue) AS revenue, max_by(category, revenue) AS best
  FROM daily_sales WHERE dt BETWEEN '${DAYS[0]}' AND '${DAYS[2]}'
  GROUP BY country ORDER BY revenue DESC LIMIT 3`;

interface Warehouse extends Example {
  readonly jobs: JobsApi;
  readonly athena: Athena;
}

const boto3 = boto3Folder();
const python = { scripts: "scripts", ...(boto3 !== undefined && { libraries: boto3 }) };
const stock = DYNAMODB_ADDRESS === undefined ? undefined : await StockTable.create(DYNAMODB_ADDRESS);
const database = DATABASE_ADDRESS === undefined ? undefined : await openShopDatabase(DATABASE_ADDRESS);
try {
  await runExample(
    import.meta.dirname,
    async (example) => {
      const { url } = example.lakehose;
      const athena = new Athena(url, "shop");
      await act({ ...example, athena, jobs: new JobsApi(url) }).finally(() => athena.close());
    },
    { settings: { python, ...(stock === undefined && { sources: {} }) } },
  );
} finally {
  await database?.close();
  await stock?.delete();
}

async function act(warehouse: Warehouse): Promise<void> {
  await fitToThisMachine(warehouse);
  const events = shopEvents(EVENTS);
  await putEvents(warehouse, events);
  await awaitCompaction(warehouse);
  await putStockChanges(warehouse);
  await fileInvoices(warehouse);
  await dropRepeats(warehouse);
  await loadTables(warehouse);
  await expectSummary(warehouse, events);
  await readReport(warehouse);
  await failAndNote(warehouse);
  await showRuns(warehouse);
  await askAthena(warehouse);
}

/** Points the jobs to the database that is here, and says what is not. */
async function fitToThisMachine({ jobs, lakehose, athena }: Warehouse): Promise<void> {
  if (database === undefined) {
    print("export-shop is skipped: no PostgreSQL (LAKEHOSE_TEST_POSTGRESQL). Its tables come as files of CSV.");
    await putShopTables(lakehose.url, athena);
    await jobs.change("daily-sales", { triggers: [{ type: "after", jobs: ["drop-repeats"] }] });
  } else {
    const { options } = await jobs.settings("export-shop");
    await jobs.change("export-shop", { options: { ...options, source: database.source } });
  }
  if (boto3 === undefined) {
    print("report is skipped: python3 has no boto3 or no venv (LAKEHOSE_TEST_PYTHON).");
    await jobs.change("report", { triggers: [] });
  } else {
    const { requirements: _, ...options } = (await jobs.settings("report")).options;
    await jobs.change("report", { options });
  }
}

/** The events round by round, each of which makes one small object a day. */
async function putEvents({ client, lakehose, bucket }: Warehouse, events: readonly ShopEvent[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = events.filter((_, index) => index % ROUNDS === round);
    const again = events.filter((_, index) => index % REPEATED === 0 && index % ROUNDS === round - 1);
    await putAll(client, "shop-events", [...fresh, ...again].map(recordOf));
    if (round === ROUNDS - 1) print("The bucket before the last of six rounds:", ...(await eventFolders(bucket)));
    await lakehose.flush("shop-events");
  }
}

async function eventFolders(bucket: string): Promise<string[]> {
  return folderLines(await readObjects(bucket, "events"));
}

function recordOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The 18th object makes `compact-events` run. The old files go when nobody reads them any more. */
async function awaitCompaction({ jobs, bucket }: Warehouse): Promise<void> {
  const { counters: { filesRead, filesWritten } = {} } = await jobs.success("compact-events");
  expectEqual("the files that were read and made", [filesRead, filesWritten], [OBJECTS, DAYS.length]);
  const isTidy = async () => (await objectPaths(bucket, "events")).length === DAYS.length;
  await until("the old files are gone", isTidy);
  print("", "After it, and compact-events:", ...(await eventFolders(bucket)), "");
}

async function dropRepeats({ jobs, athena }: Warehouse): Promise<void> {
  const { counters: { rowsDropped } = {} } = await jobs.success("drop-repeats", await jobs.start("drop-repeats"));
  expectEqual("the rows that were dropped", rowsDropped, EVENTS / REPEATED);
  const [row] = await athena.run("SELECT count(*) AS events, count(DISTINCT event_id) AS ids FROM events");
  expectEqual("the events in SQL", row, { events: EVENTS, ids: EVENTS });
  print(`${rowsDropped} repeats dropped; ${EVENTS} events are left.`);
}

/** Changes come from the stream of the table, or are put as if they had. */
async function putStockChanges({ client, lakehose, athena }: Warehouse): Promise<void> {
  const counts = stockCounts(CHANGES);
  if (stock === undefined) {
    print("DynamoDB is not there (LAKEHOSE_TEST_DYNAMODB): changes of its table are put as it would tell them.");
    await putAll(client, "stock-changes", counts.map(stockChange).map(recordOf));
  } else {
    await stock.put(counts.map(({ item }) => item));
    await until("the changes are read", async () => (await readOf(`${lakehose.url}/api/sources/stock`)) === CHANGES);
  }
  await lakehose.flush("stock-changes");
  const [rows] = await athena.run(
    `SELECT count(*) AS products, sum(pieces) AS pieces
     FROM (SELECT product_id, max_by(pieces, sequence) AS pieces FROM stock_changes GROUP BY product_id)`,
  );
  const latest = counts.slice(-PRODUCTS.length).reduce((sum, { pieces }) => sum + pieces, 0);
  expectEqual("the stock", rows, { products: PRODUCTS.length, pieces: latest });
  print(`${CHANGES} changes of a DynamoDB table, cleaned by a function: ${latest} pieces are in stock.`);
}

async function readOf(address: string): Promise<number> {
  const { records } = (await (await fetch(address)).json()) as { readonly records: number };
  return records;
}

/** Suppliers drop a file a day; a function copies it to where the table has its partitions. */
async function fileInvoices({ lakehose, athena, bucket }: Warehouse): Promise<void> {
  await dropInvoices(lakehose.url);
  const isFiled = async () => (await objectPaths(bucket, "invoices").catch(() => [])).length === DAYS.length;
  await until("the invoices are filed", isFiled);
  await athena.run("MSCK REPAIR TABLE invoices");
  const rows = await athena.run("SELECT dt, count(*) AS invoices, sum(amount) AS amount FROM invoices GROUP BY 1");
  expectSameLines("days of invoices", rows.map(recordOf).map(String), invoicesOfDays().map(recordOf).map(String));
  print(`${DAYS.length} files of suppliers, copied to their days by a function as they came.`);
}

async function loadTables({ jobs, athena }: Warehouse): Promise<void> {
  if (database !== undefined) {
    await jobs.start("export-shop");
    const { counters: { rowsExported } = {} } = await jobs.success("export-shop");
    expectEqual("the rows that were exported", rowsExported, CUSTOMERS.length + PRODUCTS.length);
    print(`${rowsExported} rows of two tables of PostgreSQL exported, all from one moment.`);
  }
  const descriptions = await athena.run("SELECT description FROM products ORDER BY id");
  expectEqual(
    "the free text of the products",
    descriptions.map(({ description }) => description),
    PRODUCTS.map(({ description }) => description),
  );
}

/** What `daily-sales` has made of events and tables, which is what the events alone say; also when it runs again. */
async function expectSummary({ jobs, athena }: Warehouse, events: readonly ShopEvent[]): Promise<void> {
  await jobs.success("daily-sales");
  const wanted = [...salesOf(events)].map(([key, { orders, cents }]) => `${key},${orders},${cents / 100}`);
  const summary = async () => {
    const rows = await athena.run("SELECT country, category, dt, orders, revenue FROM daily_sales");
    return rows.map((row) => Object.values(row).join(","));
  };
  expectSameLines("rows of the summary", await summary(), wanted);
  await jobs.success("daily-sales", await jobs.start("daily-sales"));
  expectSameLines("rows of the summary after another run", await summary(), wanted);
}

async function readReport({ jobs, bucket }: Warehouse): Promise<void> {
  if (boto3 === undefined) return;
  const { id } = await jobs.success("report");
  print("", "report says:", ...(await jobs.log(id)).slice(-1).map((line) => `  ${line}`));
  const [report] = await readObjects(bucket, "reports");
  print(...linesOf(report === undefined ? [] : [report]).map((line) => `  ${line}`));
  expectEqual("the name of the report", report?.key, "reports/sales-by-country.csv");
}

/** The carrier has sent nothing, so its table is not there; a job that waits for such failures writes it down. */
async function failAndNote({ jobs, athena }: Warehouse): Promise<void> {
  await jobs.start("load-returns");
  const { state, failure } = await jobs.end("load-returns");
  expectEqual("the end of load-returns", state, "failed");
  await jobs.success("note-incident");
  const incidents = await athena.run("SELECT what FROM incidents");
  expectEqual("the incidents", incidents, [{ what: "load-returns has failed" }]);
  print("", `load-returns: ${failure?.message}`);
}

async function showRuns({ jobs }: Warehouse): Promise<void> {
  const allRuns = async () => (await Promise.all(JOBS.map((job) => jobs.runs(job)))).flat();
  await until("all runs have ended", async () => (await allRuns()).every(hasEnded));
  const rows = (await allRuns())
    .toSorted((a, b) => a.queuedAt - b.queuedAt)
    .map(({ job, state, cause, counters = {} }) => {
      const told = Object.entries(counters).filter(([name, count]) => count > 0 && /^(rows|files)/.test(name));
      return { job, state, "because of": cause, did: told.map(([name, count]) => `${name} ${count}`).join(", ") };
    });
  print("", "What has run:", ...tableLines(rows));
}

/** The analyst's question. Files of the events, of the export and of the summary are one warehouse to it. */
async function askAthena({ athena }: Warehouse): Promise<void> {
  const rows = await athena.run(TOP_COUNTRIES);
  print("", "Who bought most, says Athena's SDK:", ...tableLines(rows));
  expectEqual("the countries", rows.length, 3);
}
