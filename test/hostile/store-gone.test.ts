import assert from "node:assert/strict";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type FirehoseClient, PutRecordBatchCommand, PutRecordCommand } from "@aws-sdk/client-firehose";
import { afterwards } from "../journeys/cleanup.ts";
import { createStream, startJourney } from "../journeys/journey.ts";
import { linesOf } from "../journeys/read-lake.ts";

const BUDGET_BYTES = 16 * 1024 * 1024;
const RECORD_BYTES = 100_000;

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface StoredObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** As much of S3 as a delivery of small objects asks for, in memory, with conditional writes. Parts are not allowed. */
class SmallS3 {
  readonly objects = new Map<string, StoredObject>();
  #server: Server | undefined;

  async listen(port: number): Promise<void> {
    const server = createHttpServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const stored = this.objects.get(pathname);
    const isBucket = pathname.split("/").filter((segment) => segment !== "").length === 1;
    if (searchParams.has("uploads")) return refuse(response, 403, "AccessDenied");
    if (isBucket) return void response.writeHead(200).end();
    if (request.method === "PUT") {
      if (stored !== undefined && request.headers["if-none-match"] === "*") {
        return refuse(response, 412, "PreconditionFailed");
      }
      this.objects.set(pathname, { body: Buffer.concat(pieces), headers: metadataOf(request) });
      return void response.writeHead(200, { etag: '"1"' }).end();
    }
    if (request.method === "DELETE") {
      this.objects.delete(pathname);
      return void response.writeHead(204).end();
    }
    if (stored === undefined) return refuse(response, 404, "NotFound");
    response.writeHead(200, { ...stored.headers, etag: '"1"', "content-length": stored.body.length });
    response.end(request.method === "HEAD" ? undefined : stored.body);
  }
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function line(mark: string, index: number): string {
  return `${mark}-${index} ${"x".repeat(RECORD_BYTES)}\n`;
}

function put(client: FirehoseClient, text: string) {
  return client.send(new PutRecordCommand({ DeliveryStreamName: "events", Record: { Data: Buffer.from(text) } }));
}

async function putUntilRefused(client: FirehoseClient): Promise<string[]> {
  const accepted: string[] = [];
  for (;;) {
    const text = line("before", accepted.length);
    try {
      await put(client, text);
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.message], ["ServiceUnavailableException", "Slow down."]);
      return accepted;
    }
    accepted.push(text);
    assert.ok(accepted.length * RECORD_BYTES <= BUDGET_BYTES, "more was accepted than the budget holds");
  }
}

async function putOnceThereIsRoom(client: FirehoseClient, text: string): Promise<void> {
  for (;;) {
    try {
      await put(client, text);
      return;
    } catch (error) {
      assert.equal((error as Error).name, "ServiceUnavailableException", String(error));
      await sleep(50);
    }
  }
}

async function start(t: TestContext, port: number): Promise<Awaited<ReturnType<typeof startJourney>>> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const s3 = { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials };
  const journey = await startJourney(t, { storage: { default: "s3", s3 } });
  const tags = { "lakehose:budget": "16MiB", "lakehose:roll-size": "1MiB" };
  await createStream(journey.client, "events", {}, tags);
  return journey;
}

test("with the store gone producers go on up to the budget; when it is back, everything lands once", async (t) => {
  const port = await closedPort();
  const { client, lakehose } = await start(t, port);
  const accepted = await putUntilRefused(client);
  assert.ok(accepted.length * RECORD_BYTES > BUDGET_BYTES / 4, `only ${accepted.length} records were accepted`);
  const Records = Array.from({ length: 3 }, (_, index) => ({ Data: Buffer.from(line("batch", index)) }));
  const batch = new PutRecordBatchCommand({ DeliveryStreamName: "events", Records });
  await assert.rejects(client.send(batch), { name: "ServiceUnavailableException", message: "Slow down." });

  const store = new SmallS3();
  await store.listen(port);
  afterwards(t, () => store.close());
  await putOnceThereIsRoom(client, "after\n");
  await lakehose.flush("events");
  const delivered = [...store.objects.values()].flatMap(({ body }) => linesOf(body));
  assert.deepEqual(delivered.toSorted(), [...accepted, "after\n"].toSorted());
  assert.ok(store.objects.size > 1);
});
