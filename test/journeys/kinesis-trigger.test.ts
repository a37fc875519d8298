import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { start } from "../../src/server/start.ts";
import { systemClock } from "../../src/std/clock.ts";
import { KinesisUnderTest } from "../fakes/kinesis-under-test.ts";
import { TableUnderTest } from "../fakes/table-under-test.ts";
import { afterwards } from "./cleanup.ts";
import { temporaryFolder } from "./journey.ts";

const { LAKEHOSE_TEST_KINESIS = "", LAKEHOSE_TEST_DYNAMODB = "" } = process.env;
const MAIN = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");

/** Notes the key and number of each record, in order. Fails once at each number that 40 divides. */
const HANDLER = `
const { appendFileSync, existsSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const folder = process.env.NOTES;
exports.handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const record of Records) {
    const { key, n } = JSON.parse(Buffer.from(record.kinesis.data, "base64").toString());
    const failed = join(folder, "failed-" + n);
    if (n % 40 === 0 && !existsSync(failed)) {
      writeFileSync(failed, "");
      return { batchItemFailures: [{ itemIdentifier: record.kinesis.sequenceNumber }] };
    }
    appendFileSync(join(folder, "taken"), key + " " + n + "\\n");
  }
  return { batchItemFailures };
};
`;

interface Taken {
  readonly key: string;
  readonly n: number;
}

async function takenIn(folder: string): Promise<readonly Taken[]> {
  const lines = (await readFile(join(folder, "taken"), "utf8").catch(() => "")).split("\n").slice(0, -1);
  return lines.map((line) => ({ key: line.split(" ")[0] ?? "", n: Number(line.split(" ")[1]) }));
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `waited for ${what}`);
    await systemClock.sleep(50);
  }
}

async function codeFolder(folder: string, code: string): Promise<string> {
  await mkdir(join(folder, "code"));
  await writeFile(join(folder, "code", "index.js"), code);
  return join(folder, "code");
}

test("records of a data stream call a function, in order for each key, over splits, failures and a kill", {
  skip: LAKEHOSE_TEST_KINESIS === "" && "LAKEHOSE_TEST_KINESIS is not set",
}, async (t) => {
  const stream = await KinesisUnderTest.open(LAKEHOSE_TEST_KINESIS, 2);
  afterwards(t, () => stream.close());
  const folder = await temporaryFolder(t);
  const configuration = join(folder, "lakehose.yaml");
  const options = {
    functions: {
      note: { folder: await codeFolder(folder, HANDLER), handler: "index.handler", environment: { NOTES: folder } },
    },
    triggers: {
      clicks: {
        kind: "kinesis",
        to: { function: "note" },
        options: stream.options,
        batchSize: 25,
        parallelizationFactor: 3,
        reportBatchItemFailures: true,
      },
    },
  };
  await writeFile(configuration, JSON.stringify(options));
  const begin = (): ChildProcess => {
    const data = join(folder, "data");
    const child = spawn(process.execPath, [MAIN, "up", "--config", configuration, "--data", data, "--port", "0"], {
      stdio: "ignore",
    });
    afterwards(t, () => void child.kill("SIGKILL"));
    return child;
  };
  const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);
  let put = 0;
  const putMore = async (count: number) => {
    const texts = Array.from({ length: count }, () => JSON.stringify({ key: keys[put % 10], n: put++ }));
    await stream.put(texts, (index) => keys[(put - count + index) % 10] ?? "");
  };
  await putMore(300);
  const first = begin();
  await until(async () => (await takenIn(folder)).length >= 100, "the first calls");
  first.kill("SIGKILL");
  await once(first, "exit");
  for (const shard of await stream.openShards()) await stream.split(shard);
  await putMore(300);
  const second = begin();
  const distinct = async () => new Set((await takenIn(folder)).map(({ n }) => n)).size;
  await until(async () => (await distinct()) === put, "all records");
  second.kill("SIGTERM");
  await once(second, "exit");

  const taken = await takenIn(folder);
  for (const key of keys) {
    const numbers = taken.filter((one) => one.key === key).map(({ n }) => n);
    const firsts = [...new Set(numbers)];
    assert.deepEqual(
      firsts,
      Array.from({ length: put / 10 }, (_, index) => index * 10 + Number(key.slice(4))),
      key,
    );
  }
  assert.ok(taken.length - put < 200, `${taken.length - put} were handed over again`);
});

/** Notes id and price of each change, in order. */
const CHANGES = `
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
exports.handler = async ({ Records }) => {
  for (const { dynamodb, eventName } of Records) {
    if (dynamodb.NewImage?.poison) throw new Error("poison");
    const { Keys, NewImage } = dynamodb;
    appendFileSync(join(process.env.NOTES, "taken"), Keys.id.S + " " + (NewImage?.price.N ?? -1) + "\\n");
  }
};
`;

test("changes of a table call a function, in order for each item; a poisonous one is found and given up", {
  skip: LAKEHOSE_TEST_DYNAMODB === "" && "LAKEHOSE_TEST_DYNAMODB is not set",
}, async (t) => {
  const table = await TableUnderTest.open(LAKEHOSE_TEST_DYNAMODB);
  afterwards(t, () => table.close());
  const folder = await temporaryFolder(t);
  for (let price = 0; price < 20; price++) {
    for (const id of ["a", "b"]) await table.put({ id: { S: id }, price: { N: String(price) } });
    if (price === 10) await table.put({ id: { S: "c" }, poison: { BOOL: true } });
  }
  await table.remove("a");
  const server = await start({
    data: join(folder, "data"),
    functions: {
      note: { folder: await codeFolder(folder, CHANGES), handler: "index.handler", environment: { NOTES: folder } },
    },
    triggers: {
      stock: {
        kind: "dynamodb-streams",
        to: { function: "note" },
        options: table.options,
        retryAttempts: 0,
        bisectBatchOnFunctionError: true,
      },
    },
  });
  afterwards(t, () => server.close());
  await until(async () => (await takenIn(folder)).some(({ key, n }) => key === "a" && n === -1), "the last change");
  const taken = await takenIn(folder);
  const pricesOf = (id: string) => [...new Set(taken.filter(({ key }) => key === id).map(({ n }) => n))];
  const prices = Array.from({ length: 20 }, (_, price) => price);
  assert.deepEqual([pricesOf("a"), pricesOf("b"), pricesOf("c")], [[...prices, -1], prices, []]);
  const response = await fetch(`${server.url}/api/triggers/stock`);
  assert.equal(((await response.json()) as { givenUp: number }).givenUp, 1);
});
