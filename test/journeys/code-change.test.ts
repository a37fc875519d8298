import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { Journal } from "../../src/delivery/journal/journal.ts";
import type { Plan } from "../../src/delivery/journal/journal-records.ts";
import { start } from "../../src/server/index.ts";
import { systemClock } from "../../src/std/clock.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { systemRandom } from "../../src/std/random.ts";
import { afterwards } from "./cleanup.ts";
import { clientOf, createStream, describe, putAll, startJourney } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

const STREAM = "clicks";
const BATCH = 20;

/** A function that marks records with what its code says. */
async function install(data: string, mark: string): Promise<void> {
  const folder = join(data, "functions", "mark");
  await mkdir(folder, { recursive: true });
  const handler = `export const handler = async ({ records }) => ({
    records: records.map(({ recordId, data }) => {
      const { n } = JSON.parse(Buffer.from(data, "base64"));
      const text = JSON.stringify({ n, mark: ${JSON.stringify(mark)} }) + "\\n";
      return { recordId, result: "Ok", data: Buffer.from(text).toString("base64") };
    }),
  });\n`;
  await writeFile(join(folder, "index.mjs"), handler);
}

/** Puts records that count up from `from`, one batch after another, until there is no more need for them. */
async function putUntil(client: FirehoseClient, from: number, isDone: () => Promise<boolean>): Promise<number> {
  let next = from;
  while (!(await isDone())) {
    const numbers = Array.from({ length: BATCH }, (_, index) => next + index);
    await putAll(
      client,
      STREAM,
      numbers.map((n) => Buffer.from(JSON.stringify({ n }))),
    );
    next += BATCH;
    await sleep(5);
  }
  return next;
}

/** The mark of each record, by its number, which is also its offset. Fails for a record that is there twice. */
async function marks(data: string): Promise<readonly string[]> {
  const objects = await readBucket(data, "lake");
  const found: string[] = [];
  for (const line of objects.flatMap(({ bytes }) => linesOf(bytes))) {
    const { n, mark } = JSON.parse(line);
    assert.equal(found[n], undefined, `record ${n} is there twice`);
    found[n] = mark;
  }
  return found;
}

/** The plan in force, from the journal of a server that is stopped. */
async function newestPlan(data: string): Promise<Plan> {
  const [uid = ""] = await readdir(join(data, "deliveries"));
  const [delivery = ""] = await readdir(join(data, "deliveries", uid));
  const journal = await Journal.open({
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    telemetry: { emit: () => undefined },
    encrypted: () => false,
    label: STREAM,
    streamUid: uid,
    directory: join(data, "deliveries", uid, delivery, "journal"),
  });
  const plan = journal?.state.newestPlan;
  await journal?.close();
  assert.ok(plan !== undefined);
  return plan;
}

function codeOf({ definition }: Plan): unknown {
  return definition.processors[0]?.options.code;
}

test("a function's code that is edited under load is in force from a position on, at the same version of the stream", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  await install(data, "old");
  const LambdaArn = "arn:aws:lambda:us-east-1:000000000000:function:mark";
  const Parameters = [{ ParameterName: "LambdaArn" as const, ParameterValue: LambdaArn }];
  await createStream(client, STREAM, {
    Prefix: "data/",
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "Lambda", Parameters }] },
  });
  let batches = 0;
  let sent = await putUntil(client, 0, async () => ++batches > 20);
  await install(data, "new");
  // What gathered under the old code is handed on when the new one comes, and nothing else is.
  const hasSwitched = async () => (await readBucket(data, "lake")).length > 0;
  sent = await putUntil(client, sent, hasSwitched);
  batches = 0;
  sent = await putUntil(client, sent, async () => ++batches > 5);
  await lakehose.flush(STREAM);
  assert.equal((await describe(client, STREAM)).VersionId, "1");
  await lakehose.close();

  const plan = await newestPlan(data);
  const { position } = plan;
  assert.deepEqual([plan.number, plan.versionId], [2, "1"]);
  assert.match(String(codeOf(plan)), /^[0-9a-f]{64}$/);
  assert.ok(position > 0 && position < sent, `${position} of ${sent}`);
  const expected = Array.from({ length: sent }, (_, n) => (n < position ? "old" : "new"));
  assert.deepEqual(await marks(data), expected);

  const again = await start({ data });
  await again.close();
  assert.deepEqual(await newestPlan(data), plan, "the same code is the same plan");
  await install(data, "newest");
  const restarted = await start({ data });
  afterwards(t, () => restarted.close());
  const others = clientOf(t, restarted.url);
  batches = 0;
  const total = await putUntil(others, sent, async () => ++batches > 2);
  await restarted.flush(STREAM);
  await restarted.close();
  const last = await newestPlan(data);
  assert.deepEqual([last.number, last.versionId, last.position], [3, "1", sent]);
  assert.notEqual(codeOf(last), codeOf(plan));
  const newest = Array.from({ length: total - sent }, () => "newest");
  assert.deepEqual(await marks(data), [...expected, ...newest]);
});
