import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { afterwards } from "../journeys/cleanup.ts";
import { temporaryFolder } from "../journeys/journey.ts";
import { type ServerProcess, startProcess } from "../kill/server-process.ts";
import { requestBytes } from "./hostile-request.ts";
import { HOSTILE_HOOK } from "./push-doors.ts";
import { RawClient } from "./raw-client.ts";
import { MAIN_STREAM } from "./valid-requests.ts";

/** A server of its own process, so that its memory is nobody else's, with one stream that takes records. */
export interface HostileServer {
  readonly process: ServerProcess;
  readonly port: number;
  readonly tls: boolean;
  readonly data: string;
  /** Memory of the process, as it tells it itself. */
  memoryBytes(): Promise<number>;
  /** Puts a record in the usual way; fails when it is not accepted. */
  putGoodRecord(): Promise<void>;
}

export async function startHostileServer(t: TestContext, more: object = {}): Promise<HostileServer> {
  const folder = await temporaryFolder(t);
  const data = join(folder, "data");
  await mkdir(data);
  const config = join(folder, "lakehose.yaml");
  await writeFile(join(folder, "master.key"), "ab".repeat(32));
  const hooks = { hostile: HOSTILE_HOOK };
  const encryption = { file: join(folder, "master.key") };
  await writeFile(config, JSON.stringify({ logLevel: "error", encryption, streams: [mainStream()], hooks, ...more }));
  const process = startProcess(data, ["--config", config]);
  afterwards(t, () => process.kill("SIGKILL"));
  const url = new URL(await process.ready);
  const [port, tls] = [Number(url.port), url.protocol === "https:"];
  const ask = (bytes: Buffer) => askOnce(port, tls, bytes);
  return {
    process,
    port,
    tls,
    data,
    memoryBytes: async () => {
      const text = await ask(requestBytes({ method: "GET", path: "/metrics", headers: [], body: Buffer.alloc(0) }));
      return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
    },
    putGoodRecord: async () => {
      const body = Buffer.from(JSON.stringify({ DeliveryStreamName: MAIN_STREAM, Record: { Data: "Z29vZA==" } }));
      const headers = [["X-Amz-Target", "Firehose_20150804.PutRecord"]] as const;
      assert.match(await ask(requestBytes({ headers, body })), /"RecordId"/);
    },
  };
}

async function askOnce(port: number, tls: boolean, bytes: Buffer): Promise<string> {
  const client = new RawClient({ port, tls, waitMsMax: 20_000 });
  const answer = await client.exchange(bytes);
  client.close();
  assert.ok(typeof answer === "object", `no answer: ${String(answer)}`);
  return answer.body.toString("utf8");
}

function mainStream(): object {
  return {
    DeliveryStreamName: MAIN_STREAM,
    ExtendedS3DestinationConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/delivery",
      BucketARN: "arn:aws:s3:::lake",
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
    },
  };
}
