import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  UpdateDestinationCommand,
} from "@aws-sdk/client-firehose";
import { seededRandom } from "../../src/std/random.ts";
import { linesOf, readBucket } from "../journeys/read-lake.ts";
import { Ledger } from "./ledger.ts";
import { type ProducerKind, produce } from "./producers.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/**
 * The real process, killed at moments that it cannot choose, under producers that never stop. An oracle outside of it
 * compares what they were told with the files of the lake, read without any code of the server:
 *
 * - every acknowledged record is there exactly once, byte for byte, also when its answer was lost and the call repeated;
 * - a record whose answer never came is there once or not at all; nothing else is there;
 * - at no kill is an object visible that is not whole, and what was visible once never changes.
 *
 * Some kills come while the server starts, so that recovery is interrupted too. The stream `direct` changes
 * its prefix on the way; `sorted` runs a processor, draws folder names by chance, and has a raw backup.
 */
const KILLS = Number(process.env.LAKEHOSE_KILLS ?? 8);
const SEED = Number(process.env.LAKEHOSE_SEED ?? 20_261_121);

/** Before it is ready: within the start. After: long enough for several objects, short enough for many kills. */
const STARTING_MS_MAX = 700;
const SERVING_MS_MAX = 1_800;

const BUCKETS = ["direct", "sorted", "backup"] as const;
type Bucket = (typeof BUCKETS)[number];

const OBJECT_NAME = /(^|\/)(direct|sorted)-\d+-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.gz$/;

const target = (bucket: Bucket, prefix: string) => ({
  RoleARN: "arn:aws:iam::000000000000:role/delivery",
  BucketARN: `arn:aws:s3:::${bucket}`,
  Prefix: prefix,
  ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
  CompressionFormat: "GZIP" as const,
});

const STREAMS: readonly CreateDeliveryStreamCommandInput[] = [
  {
    DeliveryStreamName: "direct",
    ExtendedS3DestinationConfiguration: target("direct", "first/"),
    Tags: [
      { Key: "lakehose:roll-size", Value: "128KiB" },
      { Key: "lakehose:roll-age", Value: "400ms" },
    ],
  },
  {
    DeliveryStreamName: "sorted",
    ExtendedS3DestinationConfiguration: {
      ...target("sorted", "second=!{timestamp:ss}/!{firehose:random-string}/"),
      BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 },
      S3BackupMode: "Enabled",
      S3BackupConfiguration: {
        ...target("backup", "raw/"),
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
      },
    },
    // Each record has one tab near its end, which is escaped here and put back below.
    Tags: [
      { Key: "lakehose:escape", Value: "newline-tab" },
      { Key: "lakehose:roll-records", Value: "300" },
      { Key: "lakehose:roll-age", Value: "600ms" },
    ],
  },
];

test(`kill -9 of the server loses nothing, doubles nothing and shows nothing half-written (${KILLS} kills, seed ${SEED})`, async (t) => {
  const run = await Run.start();
  t.after(() => run.close());
  for (let kill = 1; kill <= KILLS; kill++) await run.killOnce(kill);
  const results = await run.finish();

  const objects = await run.checkObjects();
  for (const stream of ["direct", "sorted"] as const) {
    const ledger = run.ledgers[stream];
    assert.deepEqual(ledger.problemsOf(objects[stream]), [], `data of ${stream}`);
    assert.ok(ledger.count("acknowledged") > 0, `${stream} was busy`);
  }
  assert.deepEqual(run.ledgers.sorted.problemsOf(objects.backup), [], "backup of sorted");
  assert.deepEqual(await readdir(join(run.data, "temporary")), [], "nothing is left of objects on their way");
  const repeats = results.reduce((sum, result) => sum + result.repeats, 0);
  t.diagnostic(
    `${run.ledgers.direct.count("acknowledged") + run.ledgers.sorted.count("acknowledged")} records acknowledged, ${run.seen.size} objects, ${repeats} calls repeated, ${run.killedStarting} kills during the start`,
  );
  assert.ok(repeats > 0, "a run in which no answer was lost proves nothing");
});

class Run {
  readonly data: string;
  readonly ledgers = { direct: new Ledger(), sorted: new Ledger() };
  /** Hash by bucket and key of all that was visible at some kill. */
  readonly seen = new Map<string, string>();
  killedStarting = 0;
  readonly #random = seededRandom(SEED);
  readonly #ending = new AbortController();
  readonly #producers: Promise<{ readonly repeats: number }>[] = [];
  #server: ServerProcess;
  #generation = 1;

  private constructor(data: string) {
    this.data = data;
    this.#server = startProcess(data);
  }

  static async start(): Promise<Run> {
    const run = new Run(await mkdtemp(join(tmpdir(), "lakehose-kill-")));
    const client = clientOf(await run.#server.ready);
    for (const stream of STREAMS) await client.send(new CreateDeliveryStreamCommand(stream));
    client.destroy();
    const kinds: readonly ProducerKind[] = ["batch", "single", "plain", "careless"];
    for (const stream of ["direct", "sorted"] as const) {
      for (const kind of kinds) run.#produce(kind, stream);
    }
    return run;
  }

  #produce(kind: ProducerKind, stream: "direct" | "sorted"): void {
    const random = seededRandom(SEED + this.#producers.length + 1);
    const producing = produce(kind, {
      name: `${kind}-${stream}`,
      stream,
      random,
      ledger: this.ledgers[stream],
      address: () => this.#address(),
      ending: this.#ending.signal,
    });
    producing.catch(() => undefined);
    this.#producers.push(producing);
  }

  /** Of the server that runs now or next. */
  async #address(): Promise<string> {
    for (;;) {
      const server = this.#server;
      const address = await server.ready.catch(() => undefined);
      if (address !== undefined && server === this.#server) return address;
      await sleep(10);
    }
  }

  async killOnce(kill: number): Promise<void> {
    const duringStart = kill % 3 === 0;
    if (!duringStart) {
      await this.#server.ready;
      if (kill % 2 === 0) void this.#changePrefix().catch(() => undefined);
    }
    await sleep(this.#random.fraction() * (duringStart ? STARTING_MS_MAX : SERVING_MS_MAX));
    if (!this.#server.isReady()) this.killedStarting++;
    const end = await this.#server.kill("SIGKILL");
    assert.equal(end.signal, "SIGKILL", `the server ended by itself: ${this.#server.errors()}`);
    await this.checkObjects();
    this.#server = startProcess(this.data);
  }

  /** A live change, which the kill may hit at any step. */
  async #changePrefix(): Promise<void> {
    const client = clientOf(await this.#server.ready);
    try {
      const { DeliveryStreamDescription: described } = await client.send(
        new DescribeDeliveryStreamCommand({ DeliveryStreamName: "direct" }),
      );
      await client.send(
        new UpdateDestinationCommand({
          DeliveryStreamName: "direct",
          CurrentDeliveryStreamVersionId: described?.VersionId,
          DestinationId: described?.Destinations?.[0]?.DestinationId,
          ExtendedS3DestinationUpdate: { Prefix: `generation-${++this.#generation}/` },
        }),
      );
    } finally {
      client.destroy();
    }
  }

  /** Lets the producers end, has everything delivered, and stops the server the kind way. */
  async finish() {
    const address = await this.#server.ready;
    this.#ending.abort();
    const results = await Promise.all(this.#producers);
    for (const stream of ["direct", "sorted"]) {
      const response = await fetch(`${address}/api/streams/${stream}/flush`, { method: "POST" });
      assert.deepEqual([response.status, await response.json()], [200, { flushed: true }], this.#server.errors());
      const view = (await (await fetch(`${address}/api/streams/${stream}`)).json()) as StreamView;
      for (const balance of view.health.balance) {
        assert.deepEqual([balance.balanced, balance.pending], [true, 0], JSON.stringify(balance));
      }
    }
    assert.deepEqual(await this.#server.kill("SIGTERM"), { code: 0, signal: null });
    return results;
  }

  /** All that is visible, taken apart; fails when an object is not whole, has a strange name, has changed or is gone. */
  async checkObjects(): Promise<Record<Bucket, string[]>> {
    const records: Record<Bucket, string[]> = { direct: [], sorted: [], backup: [] };
    const visible = new Set<string>();
    for (const bucket of BUCKETS) {
      for (const { key, bytes } of await readBucket(this.data, bucket)) {
        const name = `${bucket}/${key}`;
        visible.add(name);
        assert.match(key, OBJECT_NAME, name);
        const hash = createHash("sha256").update(bytes).digest("hex");
        assert.equal(hash, this.seen.get(name) ?? hash, `${name} has changed after it was visible`);
        this.seen.set(name, hash);
        const lines = linesOf(gunzipSync(bytes));
        records[bucket].push(...(bucket === "sorted" ? lines.map(unescaped) : lines));
      }
    }
    for (const name of this.seen.keys()) assert.ok(visible.has(name), `${name} was visible and is gone`);
    return records;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#server.kill("SIGKILL");
    await rm(this.data, { recursive: true, force: true });
  }
}

interface StreamView {
  readonly health: { readonly balance: readonly { readonly balanced: boolean; readonly pending: number }[] };
}

/** Puts back the tab that the stream's processor has escaped. */
function unescaped(line: string): string {
  return line.replace(/\\t(?=\d+\n$)/, "\t");
}

function clientOf(endpoint: string): FirehoseClient {
  return new FirehoseClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
}
