import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { makeS3Client } from "../../storage/s3/s3-options.ts";
import { S3Store } from "../../storage/s3/s3-store.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { sweepBucket, widestPrefixes } from "./sweep-bucket.ts";

const DAY_MS = 86_400_000;

function rule(prefix: string, more: Partial<LifecycleRule>): LifecycleRule {
  return { id: prefix, enabled: true, filter: { prefix, tags: {}, largerThanBytes: 0 }, transitions: [], ...more };
}

test("widestPrefixes() covers what rules mean without looking at an object twice", () => {
  const expiration = { days: 1 };
  const of = (...prefixes: string[]) => widestPrefixes(prefixes.map((prefix) => rule(prefix, { expiration })));
  assert.deepEqual(of("b/", "a/x", "a/", "a/y/z", "ab"), ["a/", "ab", "b/"]);
  assert.deepEqual(of("a", "", "a"), [""]);
  assert.deepEqual(of("a", "a"), ["a"]);
  assert.deepEqual(widestPrefixes([rule("a", { abortUploadsAfterDays: 1 })]), []);
});

for (const variable of ["LAKEHOSE_TEST_S3", "LAKEHOSE_TEST_MOTO"]) {
  const endpoint = process.env[variable];
  const skip = endpoint === undefined ? `needs an S3 server: its address belongs in ${variable}` : false;

  test(`sweepBucket() expires, moves and aborts in a store that others wrote (${variable})`, { skip }, async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const connection = { region: "us-east-1", credentials, endpoint: endpoint ?? "" };
    const bucket = `lakehose-${randomBytes(6).toString("hex")}`;
    const client = makeS3Client(connection);
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    const world = { clock: systemClock, random: systemRandom, telemetry: silentTelemetry };
    const store = new S3Store({ ...connection, ...world });
    const request = { bucket, onlyIfAbsent: false, contentType: "text/plain", metadata: { n: "1" } };
    for (const key of ["gone/1", "gone/ü +2", "kept", "moved/one"]) {
      await store.put({ ...request, key, body: bytesBody(Buffer.from(key)) });
    }
    await store.multipart.create({ ...request, key: "upload" });
    const sweep = () =>
      sweepBucket({
        bucket,
        store,
        rules: [
          rule("gone/", { expiration: { days: 3 } }),
          rule("moved/", { transitions: [{ due: { days: 3 }, storageClass: "STANDARD_IA" }] }),
          rule("", { filter: { prefix: "", tags: {} }, abortUploadsAfterDays: 3 }),
        ],
        uploads: store.multipart,
        letGo: async () => true,
        withoutReaders: (_objects, _signal, work) => work(),
        // The store's clock cannot be set; ours is ahead of it.
        clock: new PretendClock(Date.now() + 5 * DAY_MS),
        signal: new AbortController().signal,
        after: "",
        onPage: async () => undefined,
      });
    const report = await sweep();
    const { expired, transitioned, abortedUploads, failed, reason } = report;
    assert.deepEqual([expired, transitioned, abortedUploads, failed, reason], [2, 1, 1, 0, ""]);
    const keys: string[] = [];
    for await (const { key } of store.list(bucket)) keys.push(key);
    assert.deepEqual(keys, ["kept", "moved/one"]);
    const moved = await store.head(bucket, "moved/one");
    assert.deepEqual([moved?.storageClass, moved?.metadata], ["STANDARD_IA", { n: "1" }]);
    const again = await sweep();
    assert.deepEqual([again.expired, again.transitioned, again.abortedUploads], [0, 0, 0]);
    await store.close();
  });
}
