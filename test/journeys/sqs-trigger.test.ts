import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { start } from "../../src/server/start.ts";
import { systemClock } from "../../src/std/clock.ts";
import { SqsQueueUnderTest } from "../fakes/sqs-queue-under-test.ts";

const ELASTICMQ = process.env.LAKEHOSE_TEST_ELASTICMQ;
const skip = ELASTICMQ === undefined && "needs ElasticMQ: its address belongs in LAKEHOSE_TEST_ELASTICMQ";

/** Notes each message that it takes, and says once of each third that it could not. */
const HANDLER = `
const { appendFileSync, existsSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const folder = process.env.NOTES;
exports.handler = async (event) => {
  const batchItemFailures = [];
  for (const { messageId, body, eventSource, eventSourceARN } of event.Records) {
    const { index } = JSON.parse(body);
    const seen = join(folder, "seen-" + index);
    if (index % 3 === 0 && !existsSync(seen)) {
      writeFileSync(seen, "");
      batchItemFailures.push({ itemIdentifier: messageId });
    } else appendFileSync(join(folder, "taken"), index + " " + eventSource + " " + eventSourceARN.split(":").at(-1) + "\\n");
  }
  return { batchItemFailures };
};
`;

test("messages of a real queue call a function; those that it names as failed come again, and all are deleted", {
  skip,
}, async (t) => {
  const queue = await SqsQueueUnderTest.open(ELASTICMQ ?? "");
  const folder = await mkdtemp(join(tmpdir(), "lakehose-sqs-trigger-"));
  await mkdir(join(folder, "code"));
  await writeFile(join(folder, "code", "index.js"), HANDLER);
  t.after(() => queue.close());
  const server = await start({
    data: join(folder, "data"),
    functions: {
      note: { folder: join(folder, "code"), handler: "index.handler", environment: { NOTES: folder } },
    },
    triggers: {
      queue: {
        kind: "sqs",
        to: { function: "note" },
        options: { ...queue.options, visibilityTimeoutSeconds: 6, receivers: 2 },
        batchSize: 20,
        batchWindowSeconds: 0.2,
        reportBatchItemFailures: true,
      },
    },
  });
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  await queue.put(Array.from({ length: 30 }, (_, index) => JSON.stringify({ index })));
  const taken = async () => (await readFile(join(folder, "taken"), "utf8").catch(() => "")).split("\n").slice(0, -1);
  const deadline = performance.now() + 40_000;
  while ((await taken()).length < 30 && performance.now() < deadline) await systemClock.sleep(100);
  const lines = await taken();
  assert.deepEqual(
    lines.map((line) => Number(line.split(" ")[0])).sort((one, other) => one - other),
    [...Array(30).keys()],
  );
  assert.equal(lines[0]?.split(" ").slice(1).join(" "), `aws:sqs ${queue.name}`);
  while ((await queue.unacknowledged()) > 0 && performance.now() < deadline) await systemClock.sleep(100);
  assert.equal(await queue.unacknowledged(), 0);
});
