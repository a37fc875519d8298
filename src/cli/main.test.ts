import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { CliContext } from "./cli-context.ts";
import { runCommand } from "./main.ts";
import { bytesText, table } from "./output.ts";
import { COMMANDS } from "./registry.ts";

async function run(argv: string[], environment: Record<string, string> = {}) {
  let out = "";
  let err = "";
  const context: CliContext = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([]),
    environment,
    signal: new AbortController().signal,
  };
  return { code: await runCommand(argv, context), out, err };
}

test("runCommand lists every command of the registry in its help", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const { name } of COMMANDS) assert.match(out, new RegExp(`^  ${name}\\b`, "m"));
});

test("runCommand ends with 2 for a command line that makes no sense, and says what does", async () => {
  const { code, err } = await run(["strems", "list"]);
  assert.equal(code, 2);
  assert.match(err, /unknown command 'strems'[\s\S]*--help/);
});

test("runCommand says in one sentence that nobody listens", async () => {
  const { code, err } = await run(["streams", "list"], { LAKEHOSE_ENDPOINT: "http://127.0.0.1:9" });
  assert.equal(code, 1);
  assert.match(err, /^Nothing answers at http:\/\/127\.0\.0\.1:9\. Start the server with "lakehose up"/);
});

test("runCommand says which file it cannot read", async () => {
  const { code, err } = await run(["put", "s", "no-such-file.ndjson"]);
  assert.equal(code, 1);
  assert.match(err, /^Cannot read no-such-file\.ndjson: ENOENT/);
});

test("table sets numbers to the right and text to the left", () => {
  assert.deepEqual(
    table(
      ["name", "records"],
      [
        ["a", 1],
        ["bcdef", 12_345],
      ],
    ),
    ["name   records", "a            1", "bcdef   12,345"],
  );
});

test("bytesText keeps three or four digits", () => {
  assert.deepEqual([0, 1023, 1536, 5 * 1024 ** 3].map(bytesText), ["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]);
});
