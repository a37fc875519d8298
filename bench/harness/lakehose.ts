import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import { call } from "./http.ts";
import type { Signing } from "./load-order.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const COMMAND = join(ROOT, "bin", "lakehose.mjs");
const SLOW_DATASYNC = join(import.meta.dirname, "slow-datasync.ts");
const READY = /^lakehose is ready at (\S+)$/m;
const CA = /clients have to trust (\S+)/;

/** More than any run of half a minute puts, so that a full budget is not what is measured. */
const STREAM_BUDGET = "40GB";

export const SIGNING: Signing = { accessKeyId: "BENCHKEY", secretAccessKey: "bench-secret", region: "eu-west-1" };
const TOKEN = "bench-token";

export interface LakehoseOptions {
  /** A fresh folder, or one that a killed server left. */
  readonly data: string;
  readonly streams: readonly StreamRequest[];
  /** What is read into them: the section `sources:`. */
  readonly sources?: Readonly<Record<string, object>>;
  /** Calls have to be signed with `SIGNING`. */
  readonly signed?: boolean;
  readonly tls?: boolean;
  /** Disk for what is not delivered yet; beyond it the load is told to slow down. */
  readonly streamBudget?: string;
  /** Added to every `fdatasync`. */
  readonly datasyncDelayMs?: number;
}

/** A CreateDeliveryStream request, and the `lakehose:` section. */
export interface StreamRequest {
  readonly DeliveryStreamName: string;
  readonly [member: string]: unknown;
}

/** What the server says about a stream, as far as questions need it. */
export interface StreamHealth {
  /** `end`: offset that the next record gets. */
  readonly log: { readonly end: number };
  readonly deliveries: readonly {
    /** Offset of the next record that will be read. */
    readonly read: number;
    readonly openAccumulators: number;
    readonly openParcels: number;
    /** When the oldest record came that has been read and has not landed. */
    readonly oldestPendingMs?: number;
  }[];
  readonly balance: readonly {
    readonly accepted: number;
    readonly delivered: number;
    readonly pending: number;
    readonly balanced: boolean;
  }[];
}

/** A stream into the local lake that rolls by size, far apart in time. */
export function streamInto(
  name: string,
  destination: Readonly<Record<string, unknown>> = {},
  lakehose: Readonly<Record<string, unknown>> = {},
): StreamRequest {
  return {
    DeliveryStreamName: name,
    ExtendedS3DestinationConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/bench",
      BucketARN: "arn:aws:s3:::lake",
      Prefix: `${name}/`,
      BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 900 },
      ...destination,
    },
    lakehose,
  };
}

/** `lakehose up` as its users run it: a process of its own on a free port. */
export class Lakehose {
  readonly url: string;
  readonly ca: string | undefined;
  readonly data: string;
  readonly #child: Child;

  private constructor(child: Child, data: string, ca: string | undefined) {
    this.url = child.ready[1] ?? "";
    this.ca = ca;
    this.data = data;
    this.#child = child;
  }

  static async start(options: LakehoseOptions): Promise<Lakehose> {
    const { data, streams, signed = false, tls = false, streamBudget = STREAM_BUDGET, datasyncDelayMs } = options;
    const configuration = join(data, "bench.json");
    const keys = {
      accessKeys: [{ accessKeyId: SIGNING.accessKeyId, secretAccessKey: { env: "BENCH_SECRET" } }],
      tokens: [{ name: "bench", token: { env: "BENCH_TOKEN" } }],
    };
    const content = {
      logLevel: "warn",
      limits: { streamBudgetBytes: streamBudget, streams: Math.max(100, streams.length) },
      ...(signed && keys),
      ...(tls && { tls: { selfSigned: true } }),
      streams,
      ...(options.sources !== undefined && { sources: options.sources }),
    };
    await writeFile(configuration, JSON.stringify(content));
    const child = await startChild({
      args: [
        ...(datasyncDelayMs === undefined ? [] : ["--import", SLOW_DATASYNC]),
        ...[COMMAND, "up", "--data", data, "--config", configuration, "--port", "0"],
      ],
      ready: READY,
      environment: {
        BENCH_SECRET: SIGNING.secretAccessKey,
        BENCH_TOKEN: TOKEN,
        ...(datasyncDelayMs !== undefined && { LAKEHOSE_BENCH_DATASYNC_MS: String(datasyncDelayMs) }),
      },
    });
    const caFile = CA.exec(child.output())?.[1];
    return new Lakehose(child, data, caFile === undefined ? undefined : await readFile(caFile, "utf8"));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get readyMs(): number {
    return this.#child.readyMs;
  }

  /** Resolves when everything accepted has landed. */
  async flush(stream: string): Promise<void> {
    while (!(await this.#admin("POST", `streams/${stream}/flush`)).flushed) {
      // The server answers "not yet" after some time, so that no connection waits for ever.
    }
  }

  async health(stream: string): Promise<StreamHealth> {
    return (await this.#admin("GET", `streams/${stream}`)).health as StreamHealth;
  }

  /** Throws unless the stream accepted so many records and each has landed: a fast server that loses some is no use. */
  async expectDelivered(stream: string, records: number): Promise<void> {
    const { balance } = await this.health(stream);
    for (const { accepted, delivered, balanced } of balance) {
      if (accepted === records && delivered === records && balanced === true) continue;
      throw new Error(`Expected ${records} records delivered by ${stream}, got ${JSON.stringify(balance)}`);
    }
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return this.#child.kill(signal);
  }

  /** The rows of a statement. Throws what it failed with. */
  async query(sql: string): Promise<readonly (readonly unknown[])[]> {
    const { id } = await this.#admin("POST", "queries", { sql });
    let ended = await this.#admin("GET", `queries/${id}?waitMs=20000`);
    while (ended.endedAt === undefined) ended = await this.#admin("GET", `queries/${id}?waitMs=20000`);
    if (ended.state !== "succeeded") throw new Error(`${sql}: ${JSON.stringify(ended.failure ?? ended.state)}`);
    return (await this.#admin("GET", `queries/${id}/rows`)).rows as readonly (readonly unknown[])[];
  }

  async #admin(method: "GET" | "POST", path: string, content?: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const { status, body } = await call(method, `${this.url}/api/${path}`, headers, content && JSON.stringify(content));
    if (status !== 200) throw new Error(`${method} /api/${path} answered ${status}: ${body}`);
    return JSON.parse(body);
  }
}
