import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateDeliveryStreamCommand, FirehoseClient, PutRecordCommand } from "@aws-sdk/client-firehose";
import { upCommand } from "./up.ts";

const bin = fileURLToPath(new URL("../../../bin/lakehose.mjs", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startProcess(t: TestContext, args: readonly string[], environment = {}): Promise<Started> {
  const child = spawn(process.execPath, [bin, upCommand.name, "--port", "0", ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let errors = "";
  child.stderr?.on("data", (text) => {
    errors += text;
  });
  for await (const text of child.stdout ?? []) {
    const url = /^lakehose is ready at (http:\S+)$/m.exec(String(text))?.[1];
    if (url !== undefined) return { child, url };
  }
  return assert.fail(`never ready: ${errors}`);
}

async function dataFolder(t: TestContext): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), "lakehose-up-"));
  t.after(() => rm(data, { recursive: true, force: true }));
  return data;
}

test("up says when it is ready and ends with 0 on SIGTERM", async (t) => {
  const data = await dataFolder(t);
  const { child, url } = await startProcess(t, ["--data", data]);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});

test("up takes over after a kill, with the records that were acknowledged", async (t) => {
  const data = await dataFolder(t);
  const first = await startProcess(t, [], { LAKEHOSE_DATA: data });
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new FirehoseClient({ endpoint: first.url, region: "us-east-1", credentials });
  t.after(() => client.destroy());
  const destination = { RoleARN: "arn:aws:iam::000000000000:role/delivery", BucketARN: "arn:aws:s3:::lake" };
  await client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: "s", ExtendedS3DestinationConfiguration: destination }),
  );
  await client.send(new PutRecordCommand({ DeliveryStreamName: "s", Record: { Data: Buffer.from("kept\n") } }));
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = await startProcess(t, [], { LAKEHOSE_DATA: data });
  const health = await (await fetch(`${second.url}/metrics`)).text();
  assert.match(health, /^lakehose_delivery_records\{stream="s",.*state="accepted"\} 1$/m);
});

test("up refuses to listen beyond this machine without keys, in one line", async () => {
  const child = spawn(process.execPath, [bin, "up", "--host", "0.0.0.0"], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 1);
  assert.match(errors, /^the defaults: host: 0\.0\.0\.0 is reachable from other machines.*\n$/);
});
