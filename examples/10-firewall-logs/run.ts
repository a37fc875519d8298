import { join } from "node:path";
import { query, tableLines } from "../query.ts";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";

/**
 * Firewall logs twice: only what was blocked, by a function; and all of it as columns, without cookies and tokens. See
 * README.md beside this file.
 *
 *     node examples/10-firewall-logs/run.ts [--keep]
 */
const LOGS = 10_000;

/** Headers become a map by their names in small letters; of a name that is there twice the last value counts. */
const REQUESTS = `
  WITH requests AS (
    SELECT action, httprequest.country AS country, httprequest.httpmethod AS method,
           list_reduce(list_transform(httprequest.headers, lambda one: MAP {lower(one.name): one.value}),
                       lambda before, one: map_concat(before, one)) AS header
    FROM read_parquet($glob))
  SELECT country, method, split_part(header['user-agent'], ' ', 1) AS agent, count(*)::INTEGER AS blocked
  FROM requests WHERE action = 'BLOCK'
  GROUP BY ALL ORDER BY blocked DESC, country, method, agent`;

/** What must not be found, and how often a mask is. */
const SECRETS = `
  WITH requests AS (
    SELECT httprequest.args AS args,
           list_transform(httprequest.headers, lambda one: lower(one.name) || ': ' || one.value) AS headers
    FROM read_parquet($glob))
  SELECT count(*)::INTEGER AS logs,
         count_if(list_bool_or(list_transform(headers, lambda one: one LIKE 'cookie: %session=%')))::INTEGER AS cookies,
         count_if(list_bool_or(list_transform(headers, lambda one: one LIKE 'x-forwarded-for: %')))::INTEGER AS addresses,
         count_if(args LIKE '%token=c2V%')::INTEGER AS tokens,
         count_if(args LIKE '%token=***%')::INTEGER AS masked_tokens
  FROM requests`;

await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
  const logs = eventsOf("waf", LOGS, 10);
  await putAll(client, "aws-waf-logs-blocked", logs);
  await putAll(client, "aws-waf-logs-all", logs);
  await lakehose.flush();
  print(`${LOGS} logs put, into two streams. The bucket:`, ...folderLines(await readObjects(bucket)), "");

  const blocked = linesOf(await readObjects(bucket, "blocked"));
  const stopped = logs.map(String).filter((log) => JSON.parse(log).terminatingRuleId !== "Default_Action");
  expectSameLines("blocked requests", blocked, stopped);
  print(`Kept by the function: ${blocked.length} of ${LOGS}, in ${await callsOf(lakehose.url)} calls`, "");

  const glob = join(bucket, "all", "**", "*.parquet");
  const [found = {}] = await query(SECRETS, { glob });
  const tokens = logs.filter((log) => JSON.parse(log.toString()).httpRequest.args.includes("token=")).length;
  print("What is left to find in all of them:", ...tableLines([found]), "");
  expectEqual("what is found", found, { logs: LOGS, cookies: 0, addresses: 0, tokens: 0, masked_tokens: tokens });

  const rows = await query(REQUESTS, { glob });
  print("Who was blocked most:", ...tableLines(rows.slice(0, 5)));
  const sum = rows.reduce((before, row) => before + Number(row.blocked), 0);
  expectEqual("blocked requests in SQL", sum, stopped.length);
});

/** How often the function was called, as the server counts it. */
async function callsOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = metrics.matchAll(/^lakehose_function_invocations_total\{[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
