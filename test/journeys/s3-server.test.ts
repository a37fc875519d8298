import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/std/random.ts";
import { startFlakyProxy } from "../fakes/flaky-proxy.ts";
import { KillRun } from "../kill/kill-run.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, putAll, startJourney, temporaryFolder, until } from "./journey.ts";
import { S3_PEERS, S3Peer } from "./s3-peer.ts";
import { unpack } from "./unpack.ts";

/**
 * Delivery into S3 servers that others wrote, over a network that breaks; what they hold is read with the AWS SDK.
 * `npm run servers -- run s3,moto -- npm test` brings both. A server of one's own works as well: its address belongs in
 * one of the variables, buckets with names of chance are made there.
 */
/** Kills in one run; `LAKEHOSE_KILLS` for more. */
const KILLS = Number(process.env.LAKEHOSE_KILLS ?? 4);

for (const { variable, endpoint, skip } of S3_PEERS) {
  const journey = (name: string, run: (t: TestContext, peer: S3Peer) => Promise<void>) =>
    test(`${name} (${variable})`, { skip }, async (t) => run(t, S3Peer.open(t, endpoint)));

  journey("objects in S3 hold what was put, with type, encoding and the reason why they rolled", async (t, peer) => {
    const bucket = await peer.makeBucket();
    const { client, lakehose } = await startJourney(t, peer.options());
    const target = { BucketARN: `arn:aws:s3:::${bucket}`, CompressionFormat: "GZIP" as const };
    await createStream(client, "packed", { ...target, Prefix: "a b/ü!{timestamp:'+'}/", ErrorOutputPrefix: ERRORS });
    const records = Array.from({ length: 900 }, (_, index) => Buffer.from(`${index} ${"é".repeat(index)}\n`));
    await putAll(client, "packed", records);
    await lakehose.flush("packed");
    const [object, ...others] = await peer.read(bucket);
    assert.ok(object !== undefined && others.length === 0);
    assert.match(object.key, /^a b\/ü\+\/packed-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}\.gz$/);
    assert.ok(unpack.gzip(object.bytes).equals(Buffer.concat(records)));
    assert.deepEqual([object.type, object.encoding], ["application/octet-stream", "gzip"]);
    assert.ok(Object.values(object.metadata).includes("flush"), JSON.stringify(object.metadata));
    const read: string[] = [];
    for await (const { bytes } of lakehose.records("packed")) read.push(`${bytes}\n`);
    assert.deepEqual(read, records.map(String), "the library reads the same");
  });

  journey("an object of 40 MB goes up in parts", async (t, peer) => {
    const bucket = await peer.makeBucket();
    const { client, lakehose } = await startJourney(t, peer.options());
    await createStream(client, "large", { BucketARN: `arn:aws:s3:::${bucket}` });
    const records = Array.from({ length: 40 }, (_, index) => Buffer.alloc(1_000_000, `${index} is not ${index + 1}, `));
    for (let from = 0; from < records.length; from += 4) await putAll(client, "large", records.slice(from, from + 4));
    await lakehose.flush("large");
    const [object, ...others] = await peer.read(bucket);
    assert.ok(object !== undefined && others.length === 0);
    assert.ok(object.bytes.equals(Buffer.concat(records)));
  });

  journey("records wait for a bucket that is missing, and go there once somebody makes it", async (t, peer) => {
    const { client, lakehose } = await startJourney(t, peer.options());
    const bucket = peer.nameBucket();
    await createStream(client, "early", { BucketARN: `arn:aws:s3:::${bucket}` });
    await putAll(client, "early", [Buffer.from("patience\n")]);
    const flushing = lakehose.flush("early");
    await until(async () => /NoSuchBucket/.test(await (await fetch(`${lakehose.url}/api/streams/early`)).text()));
    await peer.makeBucket(bucket);
    await flushing;
    const objects = await peer.read(bucket);
    assert.deepEqual(
      objects.map(({ bytes }) => String(bytes)),
      ["patience\n"],
    );
  });

  journey(
    "a network that loses answers and then fails altogether costs nothing and doubles nothing",
    async (t, peer) => {
      const bucket = await peer.makeBucket();
      const proxy = await startFlakyProxy(endpoint, seededRandom(3));
      afterwards(t, () => proxy.close());
      const { client, lakehose } = await startJourney(t, peer.options(proxy.address));
      const tags = { "lakehose:roll-records": "20" };
      await createStream(client, "weather", { BucketARN: `arn:aws:s3:::${bucket}`, CompressionFormat: "GZIP" }, tags);
      const records = Array.from({ length: 600 }, (_, index) => Buffer.from(`${index}\n`));
      const put = (from: number, to: number) => putAll(client, "weather", records.slice(from, to));
      await put(0, 100);
      proxy.state = "swallow";
      await put(100, 400);
      await until(async () => proxy.broken > 5);
      proxy.state = "down";
      await put(400, 600);
      const downAt = proxy.broken;
      await until(async () => proxy.broken > downAt + 3);
      await sleep(1_000);
      proxy.state = "pass";
      await lakehose.flush("weather");
      const lines = (await peer.read(bucket)).flatMap(({ bytes }) => String(unpack.gzip(bytes)).split(/(?<=\n)/));
      assert.deepEqual(lines.sort(), records.map(String).sort());
    },
  );

  journey(`kill -9 loses nothing and doubles nothing in S3 (${KILLS} kills)`, async (t, peer) => {
    const [direct, sorted, backup] = [await peer.makeBucket(), await peer.makeBucket(), await peer.makeBucket()];
    const data = await temporaryFolder(t);
    const config = join(data, "lakehose.yaml");
    await writeFile(config, JSON.stringify(peer.options()));
    const run = await KillRun.start({
      data: join(data, "data"),
      config,
      seed: 11,
      buckets: { direct, sorted, backup },
      readBucket: (bucket) => peer.read(bucket),
    });
    afterwards(t, () => run.close());
    for (let kill = 1; kill <= KILLS; kill++) await run.killOnce(kill);
    const repeats = await run.finish();
    t.diagnostic(
      `${run.ledgers.direct.count("acknowledged")} records in ${run.objects} objects, ${repeats} calls repeated`,
    );
  });
}

const ERRORS = "errors/!{firehose:error-output-type}/";
