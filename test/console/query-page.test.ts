import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { createStream, PATIENT, putAll } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";
import { runSql } from "./run-sql.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const CLICKS = `CREATE EXTERNAL TABLE clicks (user_id bigint, page string)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/clicks/'`;

/** Lines of the editor, which lies in a shadow tree, into which locators see. */
async function textOf(page: Page): Promise<string> {
  return (await page.locator(".cm-line").allTextContents()).join("\n");
}

function editorOf(page: Page) {
  return page.getByRole("textbox", { name: "SQL statement" });
}

async function ask(page: Page, sql: string): Promise<void> {
  await editorOf(page).fill(sql);
  await page.keyboard.press("Control+Enter");
}

/** Where the text of the editor is marked. */
function marked(page: Page) {
  return page.locator(".cm-problem");
}

test("without a table the query page says how to get one, and still answers", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  await page.getByRole("heading", { name: "No table yet" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Run" }).isDisabled(), true);
  await ask(page, "SELECT 42 AS answer, null AS nothing");
  const table = page.getByRole("table", { name: "Result" });
  await table.getByRole("cell", { name: "42" }).waitFor();
  await table.getByRole("cell", { name: "null" }).waitFor();
  await table.getByRole("columnheader", { name: /^answer/ }).waitFor();
  await page.getByRole("status").getByText("succeeded").waitFor();
});

test("names of the catalog are proposed, and fresh rows count where the switch says so", { skip }, async (t) => {
  const { page, client, lakehose } = await visitConsole(t, program);
  await createStream(client, "clicks", { Prefix: "clicks/", BufferingHints: PATIENT });
  await runSql(lakehose.url, "CREATE DATABASE default");
  await runSql(lakehose.url, CLICKS);
  const visit = (path: string) =>
    putAll(client, "clicks", [Buffer.from(`${JSON.stringify({ user_id: 1, page: path })}\n`)]);
  await visit("/a");
  await fetch(`${lakehose.url}/api/streams/clicks/flush`, { method: "POST" });
  await visit("/b");
  await visit("/b");
  await page.goto("/ui/query");
  await editorOf(page).click();
  await page.keyboard.type("SELECT page, count(*) AS n FROM cli");
  await page.getByRole("option", { name: "clicks" }).click();
  await page.keyboard.type(" GROUP BY us");
  await page.getByRole("option", { name: /^user_id/ }).waitFor();
  await page.keyboard.press("Escape");
  await ask(page, "SELECT page, count(*) AS n FROM clicks GROUP BY page ORDER BY page");
  const rows = page.getByRole("table", { name: "Result" }).getByRole("row");
  await rows.nth(1).getByRole("cell", { name: "/a" }).waitFor();
  assert.equal(await rows.count(), 2);
  await page.getByLabel("Count fresh rows, which have not landed yet").check();
  await page.getByRole("button", { name: "Run" }).click();
  await rows.nth(2).getByRole("cell", { name: "/b" }).waitFor();
  assert.deepEqual(await rows.nth(2).getByRole("cell").allTextContents(), ["/b", "2"]);
  await page.getByRole("status").getByText(/fresh/).waitFor();
});

test("a failure is shown at its place in the text, and the place is reached by keyboard", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  await ask(page, "SELECT x,\n  nope\nFROM unnest(sequence(1, 3)) AS t(x)");
  await page.getByRole("alert").getByText('Referenced column "nope" not found').waitFor();
  assert.equal(await marked(page).textContent(), "nope");
  await page.getByRole("button", { name: "Go to line 2, column 3" }).press("Enter");
  await page.keyboard.type("x");
  assert.match(await textOf(page), /^SELECT x,\n\s+x\nFROM/);
  assert.equal(await marked(page).count(), 0);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("table", { name: "Result" }).getByRole("row").nth(3).waitFor();
});

test("a query is cancelled while it runs", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  await ask(page, "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t");
  await page.getByRole("progressbar", { name: "The query is running" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("status").getByText("cancelled").waitFor();
  assert.equal(await page.getByRole("button", { name: "Run" }).isDisabled(), false);
});

test("a long result is read where one looks, and the history brings a former one back", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  await ask(page, "SELECT x, 'row ' || x AS name FROM unnest(sequence(1, 20000)) AS t(x) ORDER BY x");
  const table = page.getByRole("table", { name: "Result" });
  await table.getByRole("cell", { name: "row 1", exact: true }).waitFor();
  assert.equal(await table.getAttribute("aria-rowcount"), "20001");
  assert.ok((await table.getByRole("row").count()) < 100);
  await page.getByRole("region", { name: "Rows of the result" }).focus();
  await page.keyboard.press("End");
  await table.getByRole("cell", { name: "row 20000", exact: true }).waitFor();
  await ask(page, "SELECT 'other' AS it");
  await table.getByRole("cell", { name: "other" }).waitFor();
  const history = page.getByRole("table", { name: "Queries, newest first" });
  await history.getByRole("row", { name: /20000/ }).getByRole("button", { name: "Show" }).click();
  await table.getByRole("cell", { name: "row 1", exact: true }).waitFor();
  assert.match(await textOf(page), /20000/);
  await page.reload();
  await table.getByRole("cell", { name: "row 1", exact: true }).waitFor();
});

test("a result is a chart of each kind", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  const days = "date_add('day', x, date '2026-11-01') AS day";
  await ask(
    page,
    `SELECT ${days}, CASE x % 2 WHEN 0 THEN 'even' ELSE 'odd' END AS kind, x * x AS area FROM unnest(sequence(1, 6)) AS t(x)`,
  );
  const tab = page.getByRole("tab", { name: "Table" });
  await tab.press("ArrowRight");
  await page.getByRole("img", { name: "Line chart of area by day: 6 points" }).waitFor();
  assert.deepEqual(await page.getByRole("figure").getByRole("listitem").allTextContents(), ["odd", "even"]);
  const kind = page.getByRole("combobox", { name: "Chart" });
  await kind.selectOption("Area");
  await page.getByRole("img", { name: "Area chart of area by day: 6 points" }).waitFor();
  await kind.selectOption("Bar");
  const bars = page.getByRole("img", { name: "Bar chart of area by day: 6 points" });
  assert.equal(await bars.locator("rect").count(), 6);
  await bars.getByText("2026-11-02, odd: 1").waitFor({ state: "attached" });
  await kind.selectOption("Scatter");
  await page.getByRole("img", { name: "Scatter chart of area by day: 6 points" }).waitFor();
  await kind.selectOption("Heat map");
  await page.getByRole("img", { name: "Heat map of area: 6 columns, 2 rows" }).waitFor();
  await kind.selectOption("Big number");
  await page.getByRole("figure").getByText("1", { exact: true }).waitFor();
});

test("a result is downloaded as CSV and as Parquet", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/query");
  await ask(page, "SELECT 1 AS n, 'a' AS name");
  const saved = async (link: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: link }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const csv = await saved("Download CSV");
  assert.match(csv.name, /^query-[0-9a-f]{8}\.csv$/);
  assert.equal(String(csv.bytes), '"n","name"\n"1","a"\n');
  const parquet = await saved("Download Parquet");
  assert.equal(String(parquet.bytes.subarray(0, 4)), "PAR1");
});
