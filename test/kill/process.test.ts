import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  type FirehoseClient,
  PutRecordBatchCommand,
} from "@aws-sdk/client-firehose";
import { startScriptedHttpServer } from "../fakes/scripted-http-server.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, PATIENT, ROLE, temporaryFolder, until, untilDeleted } from "../journeys/journey.ts";
import { linesOf, readBucket } from "../journeys/read-lake.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

function started(t: TestContext, data: string, more: readonly string[] = []): ServerProcess {
  const server = startProcess(data, more);
  afterwards(t, () => server.kill("SIGKILL"));
  return server;
}

/** A stream that keeps its records for itself until it is flushed. */
async function createEvents(client: FirehoseClient, name = "events"): Promise<void> {
  await client.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: {
        RoleARN: ROLE,
        BucketARN: "arn:aws:s3:::lake",
        Prefix: "events/",
        BufferingHints: PATIENT,
      },
    }),
  );
}

async function put(client: FirehoseClient, records: readonly string[], name = "events"): Promise<void> {
  const Records = records.map((record) => ({ Data: Buffer.from(record) }));
  const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: name, Records }));
  assert.equal(answer.FailedPutCount, 0);
}

async function flush(endpoint: string): Promise<void> {
  const response = await fetch(`${endpoint}/api/streams/events/flush`, { method: "POST" });
  assert.deepEqual(await response.json(), { flushed: true });
}

async function delivered(data: string): Promise<string[]> {
  const objects = await readBucket(data, "lake");
  return objects.flatMap(({ bytes }) => linesOf(bytes)).sort();
}

test("lakehose up refuses a data folder that another process works in, and says who does", async (t) => {
  const data = await temporaryFolder(t);
  const first = started(t, data);
  await first.ready;
  const second = started(t, data);
  assert.deepEqual(await second.ended, { code: 1, signal: null });
  assert.match(second.errors(), /^The data folder .* is in use by process \d+ on .*\. Stop that server first/);
  await first.kill("SIGKILL");
  await started(t, data).ready;
});

test("the data folder of a killed server goes on under another path, with nothing lost and nothing doubled", async (t) => {
  const data = await temporaryFolder(t);
  const first = started(t, data);
  const address = await first.ready;
  const client = clientOf(t, address);
  await createEvents(client);
  await put(client, ["a\n", "b\n"]);
  await flush(address);
  await put(client, ["c\n", "d\n"]);
  await first.kill("SIGKILL");

  const moved = join(await temporaryFolder(t), "elsewhere");
  await cp(data, moved, { recursive: true });
  await rm(data, { recursive: true });
  const second = started(t, moved);
  const newAddress = await second.ready;
  await put(clientOf(t, newAddress), ["e\n"]);
  await flush(newAddress);
  assert.deepEqual(await delivered(moved), ["a\n", "b\n", "c\n", "d\n", "e\n"]);
});

test("SIGTERM ends the server with exit code 0, and the next start delivers what was left", async (t) => {
  const data = await temporaryFolder(t);
  const first = started(t, data);
  const client = clientOf(t, await first.ready);
  await createEvents(client);
  await put(client, ["left\n"]);
  assert.deepEqual(await first.kill("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(await delivered(data), []);
  const second = started(t, data);
  await flush(await second.ready);
  assert.deepEqual(await delivered(data), ["left\n"]);
  assert.deepEqual(await second.kill("SIGTERM"), { code: 0, signal: null });
});

test("SIGTERM ends the server although a client holds its connection and sends its body drop by drop", async (t) => {
  const server = started(t, await temporaryFolder(t));
  const address = await server.ready;
  const drops = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("{")) });
  const init: RequestInit = { method: "POST", body: drops, duplex: "half" } as RequestInit;
  const hanging = fetch(`${address}/v1/streams/none/records`, init).then(
    (response) => response.status,
    () => "cut off",
  );
  await (await fetch(`${address}/healthz`)).text();
  assert.deepEqual(await server.kill("SIGTERM"), { code: 0, signal: null });
  await hanging;
});

test("SIGTERM ends the server although its store takes a request and never answers", async (t) => {
  const store = await startScriptedHttpServer();
  afterwards(t, () => store.close());
  store.answer(...Array.from({ length: 100 }, () => "hang" as const));
  const data = await temporaryFolder(t);
  const config = join(data, "lakehose.yaml");
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  await writeFile(config, JSON.stringify({ storage: { default: "s3", s3: { endpoint: store.address, credentials } } }));
  const server = started(t, join(data, "data"), ["--config", config]);
  const address = await server.ready;
  const client = clientOf(t, address);
  await createEvents(client);
  await put(client, ["stuck\n"]);
  const flushing = fetch(`${address}/api/streams/events/flush`, { method: "POST" }).then(
    (response) => response.status,
    () => "cut off",
  );
  await until(async () => store.seen.length > 0);
  assert.deepEqual(await server.kill("SIGTERM"), { code: 0, signal: null });
  await flushing;
});

test("a deletion that a kill interrupts is finished after the next start, with everything delivered", async (t) => {
  const data = await temporaryFolder(t);
  const first = started(t, data);
  const client = clientOf(t, await first.ready);
  await createEvents(client);
  const records = Array.from({ length: 200 }, (_, index) => `${index}\n`);
  await put(client, records);
  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "events" }));
  await first.kill("SIGKILL");
  const second = started(t, data);
  await untilDeleted(clientOf(t, await second.ready), "events");
  assert.deepEqual(await delivered(data), records.sort());
  assert.deepEqual(await readdir(join(data, "log")), [], "its log is gone");
});

test("lakehose up says in one sentence what is wrong with its configuration, and ends with 1", async (t) => {
  const data = await temporaryFolder(t);
  const config = join(data, "lakehose.yaml");
  await writeFile(config, "prot: 4573\n");
  const server = started(t, join(data, "data"), ["--config", config]);
  assert.deepEqual(await server.ended, { code: 1, signal: null });
  assert.match(server.errors(), /lakehose\.yaml.*prot/);
  assert.doesNotMatch(server.errors(), /\n\s+at /, "no stack trace");
});

test("a damaged middle of the log is refused loudly, and the other streams go on", async (t) => {
  const data = await temporaryFolder(t);
  const first = started(t, data);
  const client = clientOf(t, await first.ready);
  await createEvents(client);
  await createEvents(client, "others");
  for (let batch = 0; batch < 3; batch++) await put(client, [`${batch} ${"x".repeat(5000)}\n`]);
  await first.kill("SIGKILL");
  const segment = await damageMiddle(data);
  const second = started(t, data);
  const address = await second.ready;
  const view = (await (await fetch(`${address}/api/streams/events`)).json()) as { unavailable?: string };
  assert.match(view.unavailable ?? "", new RegExp(segment), JSON.stringify(view));
  const again = clientOf(t, address);
  await assert.rejects(put(again, ["refused\n"]), { name: "ServiceUnavailableException" });
  await put(again, ["accepted\n"], "others");
});

/** Flips a bit in the payload of the first group, which is followed by good ones. Returns the file's name. */
async function damageMiddle(data: string): Promise<string> {
  const files = await readdir(join(data, "log"), { recursive: true });
  for (const name of files.filter((file) => /segment|\.log|\d/.test(file))) {
    const path = join(data, "log", name);
    const bytes = await readFile(path).catch(() => undefined);
    const at = bytes?.indexOf("0 xxxxx") ?? -1;
    if (bytes === undefined || at < 0) continue;
    bytes.writeUInt8(bytes.readUInt8(at + 100) ^ 1, at + 100);
    await writeFile(path, bytes);
    return name.split("/").at(-1) ?? name;
  }
  assert.fail(`no segment holds the record: ${files.join(", ")}`);
}
