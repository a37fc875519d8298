import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const SERVER = new URL("../../src/server/index.ts", import.meta.url).href;
const ENGLISH_ONLY = new URL("../../bin/english-only.mjs", import.meta.url).href;

const PROGRAM = `
  import module from "node:module";
  const modules = [];
  module.registerHooks({ load: (url, context, next) => (modules.push(url), next(url, context)) });
  await import(${JSON.stringify(ENGLISH_ONLY)});
  const { start } = await import(${JSON.stringify(SERVER)});
  const server = await start();
  const libraries = process.report.getReport().sharedObjects.filter((path) => path.endsWith(".node"));
  const idle = [...modules, ...process.moduleLoadList];
  const calls = { glue: { "x-amz-target": "AWSGlue.GetDatabases" }, athena: { "x-amz-target": "AmazonAthena.ListWorkGroups" } };
  for (const headers of Object.values(calls)) await fetch(server.url, { method: "POST", headers, body: "{}" });
  for (const path of ["api/streams", "metrics"]) await fetch(server.url + "/" + path);
  await server.close();
  modules.push(...process.moduleLoadList);
  console.log(JSON.stringify({ libraries, idle, called: modules }));
`;

/** What is loaded with the first call: a file of each, by the end of its address. */
const WITH_THE_FIRST_CALL = [
  "/api/glue/glue-operations.ts",
  "/api/athena/athena-operations.ts",
  "/api/admin/registry.ts",
  "/prom-client/lib/defaultMetrics.js",
  // By the scrape, whose library has a client for a gateway.
  "NativeModule tls",
];

/** What none of those calls needs. */
const NOT_EVEN_THEN = [
  "/api/cloudwatch/cloudwatch-operations.ts",
  "/api/firehose/control-plane.ts",
  "/api/s3/s3-operations.ts",
  "/catalog/crawler/crawl.ts",
  "/functions/local/function-pool.ts",
  "/sources/drop/read-drops.ts",
  "/sources/files/tailer.ts",
  "/sources/kafka/group-member.ts",
  "/sources/shards/read-shards.ts",
  "/zod/v4/locales/index.js",
];

interface Loaded {
  readonly libraries: readonly string[];
  readonly idle: readonly string[];
  readonly called: readonly string[];
}

const running = promisify(execFile)(process.execPath, ["--input-type=module", "-e", PROGRAM]).then(
  ({ stdout }): Loaded => JSON.parse(stdout),
);

test("a server that nobody has asked for anything has loaded no native library", async () => {
  assert.deepEqual((await running).libraries, []);
});

test("what most servers are never asked for is loaded with the first call and not before", async () => {
  const { idle, called } = await running;
  const among = (urls: readonly string[], files: readonly string[]) =>
    files.filter((file) => urls.some((url) => url.endsWith(file)));
  assert.deepEqual(among(idle, WITH_THE_FIRST_CALL), []);
  assert.deepEqual(among(called, WITH_THE_FIRST_CALL), WITH_THE_FIRST_CALL);
  assert.deepEqual(among(called, NOT_EVEN_THEN), []);
});
