import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { runCommand } from "../main.ts";
import { functionsCommand } from "./functions.ts";

const HANDLER = `exports.handler = (event, context, callback) => {
  console.log("records", event.records.length, event.deliveryStreamArn);
  const records = event.records.map(({ recordId, data }) => {
    const { what, ...rest } = JSON.parse(Buffer.from(data, "base64"));
    if (what === "drop") return { recordId, result: "Dropped" };
    if (what === "fail") return { recordId, result: "ProcessingFailed" };
    const bytes = Buffer.from(JSON.stringify({ ...rest, seen: true }) + "\\n");
    return { recordId, result: "Ok", data: bytes.toString("base64"), metadata: { partitionKeys: { what } } };
  });
  callback(null, { records });
};`;

function fixture(t: TestContext) {
  const data = mkdtempSync(join(tmpdir(), "lakehose-functions-cli-"));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const folder = join(data, "functions", "enrich");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.js"), HANDLER);
  const run = async (stdin: string, ...argv: string[]) => {
    let out = "";
    let err = "";
    const code = await runCommand(argv, {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      stdin: Readable.from([Buffer.from(stdin)]),
      environment: { LAKEHOSE_DATA: data },
      signal: new AbortController().signal,
    });
    return { code, out, err };
  };
  return { data, run };
}

test(`${functionsCommand.name} invoke shows what became of each record, and what the function printed`, async (t) => {
  const { data, run } = fixture(t);
  writeFileSync(join(data, "records.ndjson"), '{"a":1,"what":"keep"}\n{"what":"drop"}\n{"what":"fail"}\n');
  const { code, out, err } = await run("", "functions", "invoke", "enrich", "--file", join(data, "records.ndjson"));
  assert.equal(code, 1, "a rejected record is a failure for scripts");
  const lines = out.split("\n");
  assert.equal(lines[0], '1 kept what=keep {"a":1,"seen":true}');
  assert.equal(lines[1], "2 dropped");
  assert.match(lines[2] ?? "", /^3 rejected Lambda\.ProcessingFailedStatus: /);
  assert.match(lines[3] ?? "", /^3 records: 1 kept, 1 dropped, 1 rejected; \d+ ms$/);
  assert.match(
    err,
    /^enrich stdout\| records 3 arn:aws:firehose:us-east-1:000000000000:deliverystream\/functions-invoke$/m,
  );
  assert.match(err, /1 of 3 records would go to the error output/);
});

test("functions invoke --json prints one value, from standard input too", async (t) => {
  const { run } = fixture(t);
  const { code, out, err } = await run('{"a":1,"what":"x"}\n', "--json", "functions", "invoke", "enrich");
  assert.equal(code, 0, err);
  const { records, kept, results, output } = JSON.parse(out);
  assert.deepEqual([records, kept], [1, 1]);
  assert.deepEqual(results, [
    { record: 1, result: "kept", data: '{"a":1,"seen":true}\n', partitionKeys: { what: "x" } },
  ]);
  assert.equal(output[0].channel, "stdout");
});

test("functions invoke calls once for each mebibyte, and says why a call failed", async (t) => {
  const { data, run } = fixture(t);
  const line = `${JSON.stringify({ what: "keep", filler: "x".repeat(400_000) })}\n`;
  const many = await run(line.repeat(5), "functions", "invoke", "enrich");
  assert.equal(many.err.match(/stdout\| records/g)?.length, 3);
  writeFileSync(
    join(data, "functions", "enrich", "index.js"),
    "exports.handler = async () => { throw new Error('no'); };",
  );
  const failed = await run("{}\n", "functions", "invoke", "enrich");
  assert.equal(failed.code, 1);
  assert.match(failed.out, /1 rejected Lambda\.FunctionError: .*Error: no/);
});

test("functions list names the configured ones and the folders, and what is wrong with them", async (t) => {
  const { data, run } = fixture(t);
  mkdirSync(join(data, "functions", "empty"));
  const config = join(data, "lakehose.yaml");
  writeFileSync(config, "functions: { score: { url: 'http://127.0.0.1:1/' }, scrub: { lambda: true } }\n");
  const { out } = await run("", "--json", "functions", "list", "--config", config);
  const listed = JSON.parse(out) as { name: string; target: string; handler?: string; problem?: string }[];
  assert.deepEqual(
    listed.map(({ name, target }) => `${name} ${target}`),
    ["score url", "scrub lambda", "empty local", "enrich local"],
  );
  assert.match(listed[2]?.problem ?? "", /Expected one of index\.mjs/);
  assert.equal(listed[3]?.handler, "index.handler");
});
