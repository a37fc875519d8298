import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { type Lakehose, type StartOptions, start } from "lakehose";
import { generate } from "../src/generators/registry.ts";

/** What the examples share: a server of the example's `lakehose.yaml` over a temporary folder, and a client of it. */
export interface Example {
  readonly lakehose: Lakehose;
  readonly client: FirehoseClient;
  /** The folder that is the bucket `lake`. */
  readonly bucket: string;
}

export interface ExampleOptions {
  readonly prepare?: (bucket: string) => Promise<void>;
  readonly settings?: StartOptions;
}

/**
 * Runs one example. With `--keep` on the command line its data folder stays. `prepare` puts into the bucket what was there
 * before the server starts; what `settings` say goes before the configuration.
 */
export async function runExample(
  folder: string,
  act: (example: Example) => Promise<void>,
  { prepare, settings }: ExampleOptions = {},
): Promise<void> {
  const keep = process.argv.includes("--keep");
  const data = await mkdtemp(join(tmpdir(), "lakehose-example-"));
  const bucket = join(data, "buckets", "lake");
  try {
    await prepare?.(bucket);
    const lakehose = await start({ config: join(folder, "lakehose.yaml"), data, ...settings });
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const client = new FirehoseClient({ endpoint: lakehose.url, region: "us-east-1", credentials });
    try {
      await act({ lakehose, client, bucket });
    } finally {
      client.destroy();
      await lakehose.close();
    }
    if (keep) print(`The files stay in ${data}`);
  } finally {
    if (!keep) await rm(data, { recursive: true, force: true });
  }
}

/** Made-up events, the same in every run. */
export function eventsOf(generator: string, count: number, seed: number): Buffer[] {
  const events = generate(generator, { seed, startMs: Date.parse("2020-01-20T08:00:00Z") });
  return Array.from({ length: count }, () => events.next().value);
}

/** The most that PutRecordBatch takes in one call. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Sends records as producers do: in full batches, and what was refused once more. */
export async function putAll(client: FirehoseClient, stream: string, records: Iterable<Buffer>): Promise<void> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    if (batch.length === BATCH_RECORDS || bytes + record.length > BATCH_BYTES) {
      await putBatch(client, stream, batch);
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += record.length;
  }
  if (batch.length > 0) await putBatch(client, stream, batch);
}

async function putBatch(client: FirehoseClient, DeliveryStreamName: string, batch: readonly Buffer[]): Promise<void> {
  const Records = batch.map((Data) => ({ Data }));
  const { RequestResponses = [] } = await client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }));
  const refused = batch.filter((_, index) => RequestResponses[index]?.ErrorCode !== undefined);
  if (refused.length === batch.length)
    throw new Error(`${RequestResponses[0]?.ErrorMessage} (all ${batch.length} records)`);
  if (refused.length > 0) await putBatch(client, DeliveryStreamName, refused);
}

/** An example fails when what landed is not what its README says. */
export function expectEqual(what: string, got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) === JSON.stringify(wanted)) return;
  throw new Error(`Expected ${what} to be ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
}

/** The same lines, in whatever order: objects are read by name, and names say nothing about order within a second. */
export function expectSameLines(what: string, got: readonly string[], wanted: readonly string[]): void {
  const sorted = [...got].sort();
  const index = [...wanted].sort().findIndex((line, at) => line !== sorted[at]);
  if (index !== -1) expectEqual(`line ${index} of ${what}, sorted,`, sorted[index], [...wanted].sort()[index]);
  expectEqual(`the number of ${what}`, got.length, wanted.length);
}

export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
