/** Every page of the console by the rules of axe-core (WCAG 2.2 A and AA), light and dark, wide and narrow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, putAll } from "../journeys/journey.ts";
import { violations } from "./axe.ts";
import { type Visit, visitConsole, whyNoConsole } from "./browser.ts";
import { runSql } from "./run-sql.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const LOOKS = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { colorScheme: "light", viewport: { width: 360, height: 740 } },
] as const;

/** By its address, because the compiler would follow the pages from there, and they are of a project with other settings. */
const REGISTRY = new URL("../../console/src/pages/registry.ts", import.meta.url).href;

/** What stands for `$name` in the addresses of pages. */
const VALUES: Readonly<Record<string, string>> = { $name: "clicks", $table: "raw.trips", $job: "count" };

/** Something for every page to show. */
async function fill({ client, lakehose: { url } }: Visit): Promise<void> {
  await createStream(client, "clicks");
  await putAll(client, "clicks", [Buffer.from('{"n":1}\n')]);
  await runSql(url, "CREATE DATABASE raw");
  await runSql(url, "CREATE TABLE raw.trips AS SELECT 1 AS id, 'Rome' AS city");
  const job = { kind: "sql", options: { statement: "SELECT 1 AS n" } };
  await fetch(`${url}/api/jobs/count`, { method: "PUT", body: JSON.stringify(job) });
  await fetch(`${url}/api/jobs/count/runs`, { method: "POST" });
}

test("axe finds nothing on any page, and no page is wider than its window", { skip }, async (t) => {
  const { PAGES } = (await import(REGISTRY)) as { PAGES: readonly { path: string }[] };
  const visit = await visitConsole(t, program);
  const { open } = visit;
  await fill(visit);
  for (const look of LOOKS) {
    const page = await open(look);
    for (const { path } of PAGES) {
      const address = path.replace(/\$\w+/g, (name) => VALUES[name] ?? assert.fail(`No value for ${name} of ${path}`));
      await page.goto(`/ui${address}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      const where = `${address} ${look.colorScheme} ${look.viewport.width}`;
      assert.deepEqual(await violations(page), [], where);
      const wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assert.ok(Number(wider) <= 0, `${where} scrolls sideways`);
    }
  }
});
