import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  StartDeliveryStreamEncryptionCommand,
  UpdateDestinationCommand,
} from "@aws-sdk/client-firehose";
import { seededRandom } from "../../src/std/random.ts";
import { until } from "../journeys/journey.ts";
import { type LakeObject, linesOf } from "../journeys/read-lake.ts";
import { Ledger } from "./ledger.ts";
import { type ProducerKind, produce } from "./producers.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/**
 * The real process, killed at moments that it cannot choose, under producers that never stop. An oracle outside of it
 * compares what they were told with the objects of the lake, read without any code of the server:
 *
 * - every acknowledged record is there exactly once, byte for byte, also when its answer was lost and the call repeated;
 * - a record whose answer never came is there once or not at all; nothing else is there;
 * - at no kill is an object visible that is not whole, and what was visible once never changes.
 *
 * Every third kill comes while the server starts, so that recovery is interrupted too; every fourth is a stop by SIGTERM in
 * the middle of the work. The stream `direct` changes its prefix on the way; `sorted` runs a processor, draws folder names by
 * chance, and has a raw backup.
 */
export interface KillRunOptions {
  readonly data: string;
  readonly seed: number;
  /** Configuration file of the server. */
  readonly config?: string;
  /** Encrypt what `sorted` has on disk; the configuration has a key. */
  readonly encrypted?: boolean;
  /** Names of the buckets, which are there or are made by the store. */
  readonly buckets: Readonly<Record<Place, string>>;
  readonly readBucket: (bucket: string) => Promise<readonly LakeObject[]>;
}

export type Place = "direct" | "sorted" | "backup";

const PLACES: readonly Place[] = ["direct", "sorted", "backup"];
const STREAMS = ["direct", "sorted"] as const;

/** Before it is ready: within the start. After: long enough for several objects, short enough for many kills. */
const STARTING_MS_MAX = 700;
const SERVING_MS_MAX = 1_800;

const OBJECT_NAME = /(^|\/)(direct|sorted)-\d+-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.gz$/;

export class KillRun {
  readonly ledgers = { direct: new Ledger(), sorted: new Ledger() };
  killedStarting = 0;
  /** Hash by place and key of all that was visible at some kill. */
  readonly #seen = new Map<string, string>();
  readonly #options: KillRunOptions;
  readonly #chance: { fraction(): number };
  readonly #ending = new AbortController();
  readonly #closing = new AbortController();
  readonly #producers: Promise<{ readonly repeats: number }>[] = [];
  #server: ServerProcess;
  #generation = 1;

  private constructor(options: KillRunOptions) {
    this.#options = options;
    this.#chance = seededRandom(options.seed);
    this.#server = this.#startServer();
  }

  /** Resolves once the streams are there and the producers have begun. */
  static async start(options: KillRunOptions): Promise<KillRun> {
    const run = new KillRun(options);
    const client = clientOf(await run.#server.ready);
    for (const stream of streamsOf(options.buckets)) await client.send(new CreateDeliveryStreamCommand(stream));
    if (options.encrypted === true) {
      await client.send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName: "sorted" }));
    }
    client.destroy();
    const kinds: readonly ProducerKind[] = ["batch", "single", "plain", "careless"];
    for (const stream of STREAMS) for (const kind of kinds) run.#produce(kind, stream);
    return run;
  }

  get objects(): number {
    return this.#seen.size;
  }

  #startServer(): ServerProcess {
    const { data, config } = this.#options;
    return startProcess(data, config === undefined ? [] : ["--config", config]);
  }

  #produce(kind: ProducerKind, stream: "direct" | "sorted"): void {
    const producing = produce(kind, {
      name: `${kind}-${stream}`,
      stream,
      random: seededRandom(this.#options.seed + this.#producers.length + 1),
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
      this.#closing.signal.throwIfAborted();
      const server = this.#server;
      const address = await server.ready.catch(() => undefined);
      if (address !== undefined && server === this.#server) return address;
      await sleep(10);
    }
  }

  /** Kills the server at a moment of chance, looks at what is visible, and starts it again. */
  async killOnce(kill: number): Promise<void> {
    const duringStart = kill % 3 === 0;
    if (!duringStart) {
      await this.#server.ready;
      if (kill % 2 === 0) void this.#changePrefix().catch(() => undefined);
    }
    await sleep(this.#chance.fraction() * (duringStart ? STARTING_MS_MAX : SERVING_MS_MAX));
    if (!this.#server.isReady()) this.killedStarting++;
    const kindly = !duringStart && kill % 4 === 0;
    const end = await this.#server.kill(kindly ? "SIGTERM" : "SIGKILL");
    const expected = kindly ? { code: 0, signal: null } : { code: null, signal: "SIGKILL" };
    assert.deepEqual(end, expected, this.#server.errors());
    await this.#readLake();
    this.#server = this.#startServer();
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

  /** Lets the producers end, has everything delivered, stops the server the kind way, and compares. Returns the number of repeated calls. */
  async finish(): Promise<number> {
    const address = await this.#server.ready;
    this.#ending.abort();
    const results = await Promise.all(this.#producers);
    for (const stream of STREAMS) {
      await until(() => this.#flush(address, stream));
      const view = (await (await fetch(`${address}/api/streams/${stream}`)).json()) as StreamView;
      for (const { balanced, pending } of view.health.balance) {
        assert.deepEqual([balanced, pending], [true, 0], JSON.stringify(view.health));
      }
    }
    assert.deepEqual(await this.#server.kill("SIGTERM"), { code: 0, signal: null });
    const lake = await this.#readLake();
    for (const place of PLACES) {
      const ledger = this.ledgers[place === "direct" ? "direct" : "sorted"];
      assert.deepEqual(ledger.problemsOf(lake[place]), [], `records of ${place}`);
      assert.ok(ledger.count("acknowledged") > 0, `${place} was busy`);
    }
    return results.reduce((sum, { repeats }) => sum + repeats, 0);
  }

  /** False when it takes longer than a caller is made to wait: what is left goes on behind. */
  async #flush(address: string, stream: string): Promise<boolean> {
    const response = await fetch(`${address}/api/streams/${stream}/flush`, { method: "POST" });
    assert.equal(response.status, 200, this.#server.errors());
    return ((await response.json()) as { flushed: boolean }).flushed;
  }

  /** All records; fails when an object is not whole, has a strange name, has changed or is gone. */
  async #readLake(): Promise<Record<Place, string[]>> {
    const records: Record<Place, string[]> = { direct: [], sorted: [], backup: [] };
    const visible = new Set<string>();
    for (const place of PLACES) {
      for (const { key, bytes } of await this.#options.readBucket(this.#options.buckets[place])) {
        const name = `${place}/${key}`;
        visible.add(name);
        assert.match(key, OBJECT_NAME, name);
        const hash = createHash("sha256").update(bytes).digest("hex");
        assert.equal(hash, this.#seen.get(name) ?? hash, `${name} has changed after it was visible`);
        this.#seen.set(name, hash);
        const lines = linesOf(gunzipSync(bytes));
        records[place].push(...(place === "sorted" ? lines.map(unescaped) : lines));
      }
    }
    for (const name of this.#seen.keys()) assert.ok(visible.has(name), `${name} was visible and is gone`);
    return records;
  }

  /** Ends what still runs after a failure. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#closing.abort(new Error("The run is over"));
    await this.#server.kill("SIGKILL");
  }
}

function streamsOf(buckets: KillRunOptions["buckets"]): readonly CreateDeliveryStreamCommandInput[] {
  const target = (place: Place, Prefix: string) => ({
    RoleARN: "arn:aws:iam::000000000000:role/delivery",
    BucketARN: `arn:aws:s3:::${buckets[place]}`,
    Prefix,
    ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
    CompressionFormat: "GZIP" as const,
  });
  return [
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
}

interface StreamView {
  readonly health: { readonly balance: readonly { readonly balanced: boolean; readonly pending: number }[] };
}

/** Puts back the tab that the stream's processor has escaped. */
function unescaped(line: string): string {
  return line.replace(/\\t(?=\d+\n$)/, "\t");
}

function clientOf(endpoint: string): FirehoseClient {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  return new FirehoseClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}
