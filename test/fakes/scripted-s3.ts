import type { TestContext } from "node:test";
import { systemClock } from "../../src/std/clock.ts";
import { seededRandom } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import type { PutObject } from "../../src/storage/object-store.ts";
import type { S3ConnectionOptions } from "../../src/storage/s3/s3-options.ts";
import { S3Store } from "../../src/storage/s3/s3-store.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { startScriptedHttpServer } from "./scripted-http-server.ts";

/** An S3 store whose server says what the test tells it to. */
export async function scriptedS3(context: TestContext, options: S3ConnectionOptions = {}) {
  const server = await startScriptedHttpServer();
  const store = new S3Store({
    endpoint: server.address,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    partBytes: 5 * 1024 * 1024,
    clock: { ...systemClock, sleep: async () => undefined },
    random: seededRandom(1),
    telemetry: silentTelemetry,
    ...options,
  });
  context.after(async () => {
    await store.close();
    await server.close();
  });
  return { server, store };
}

export function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Said ${code}</Message></Error>`;
}

export function s3Put(overrides: Partial<PutObject> = {}): PutObject {
  return {
    bucket: "lake",
    key: "a/b",
    body: bytesBody(Buffer.from("content")),
    onlyIfAbsent: true,
    contentType: "application/octet-stream",
    metadata: { "lakehose-parcel": "p" },
    ...overrides,
  };
}
