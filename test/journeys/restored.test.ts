import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseConfiguration } from "../../src/server/configuration/load-configuration.ts";
import { openServer } from "../../src/server/open-server.ts";
import { afterwards } from "./cleanup.ts";
import { clientOf, createStream, putAll, temporaryFolder } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";
import { runCli } from "./run-cli.ts";

/**
 * A data folder is copied, the original goes on and is lost, and the copy is put back under the lake that the original has
 * written to since: the buckets are those of the original, as an S3 store would keep them.
 */

async function life(t: TestContext, data: string, restored: boolean, records: readonly string[], flushed: boolean) {
  const content = JSON.stringify({ data, port: 0, logLevel: "silent" });
  const server = await openServer(parseConfiguration(content, { path: "test", environment: {} }), { restored });
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
  };
  afterwards(t, close);
  const client = clientOf(t, server.url);
  if (server.streams.get("orders") === undefined) await createStream(client, "orders");
  if (records.length > 0)
    await putAll(
      client,
      "orders",
      records.map((record) => Buffer.from(`${record}\n`)),
    );
  if (flushed) await server.streams.flush("orders", new AbortController().signal);
  await close();
}

async function counts(data: string): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const { key, bytes } of await readBucket(data, "lake")) {
    assert.ok(key.startsWith("orders/"), key);
    for (const line of linesOf(bytes).map((text) => text.trimEnd())) found[line] = (found[line] ?? 0) + 1;
  }
  return found;
}

async function originalAndCopy(t: TestContext) {
  const folder = await temporaryFolder(t);
  const original = join(folder, "original");
  const copy = join(folder, "copy");
  await life(t, original, false, ["landed before"], true);
  await life(t, original, false, ["held at the copy"], false);
  await cp(original, copy, { recursive: true });
  await life(t, original, false, ["landed after", "landed after, too"], true);
  await rm(join(copy, "buckets"), { recursive: true });
  await cp(join(original, "buckets"), join(copy, "buckets"), { recursive: true });
  return copy;
}

test("a restored copy delivers all that it is given, beside what the original wrote after the copy", async (t) => {
  const copy = await originalAndCopy(t);
  await life(t, copy, true, ["accepted by the copy", "accepted by the copy, too"], true);
  await life(t, copy, false, ["one start later"], true);
  assert.deepEqual(await counts(copy), {
    "held at the copy": 2,
    "landed before": 1,
    "landed after": 1,
    "landed after, too": 1,
    "accepted by the copy": 1,
    "accepted by the copy, too": 1,
    "one start later": 1,
  });
  const inspected = await runCli("", ["--json", "log", "inspect", "orders", "--data", copy]);
  assert.equal(inspected.code, 0, inspected.err);
  assert.match(
    inspected.out,
    /"firstOffset":109951162\d{4},/,
    "offsets begin behind all that the original may have given out",
  );
});

test("a restored copy that gets nothing new takes what the original wrote of the same records for its own", async (t) => {
  const folder = await temporaryFolder(t);
  const original = join(folder, "original");
  const copy = join(folder, "copy");
  await life(t, original, false, ["held"], false);
  await cp(original, copy, { recursive: true });
  await life(t, original, false, [], true);
  await cp(join(original, "buckets"), join(copy, "buckets"), { recursive: true });
  await cp(join(original, "meta", "objects"), join(copy, "meta", "objects"), { recursive: true });
  await life(t, copy, true, [], true);
  assert.deepEqual(await counts(copy), { held: 1 });
});
