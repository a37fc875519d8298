import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Random } from "../../src/std/random.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Programs that produce over the wire while the server is killed under them. They speak HTTP by hand, because what matters
 * is in the headers: the id that ties a repeated call to its first attempt.
 */
export interface ProducerOptions {
  readonly name: string;
  readonly stream: string;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Where the server is at this moment; waits while there is none. Rejects when the run is over. */
  readonly address: () => Promise<string>;
  /** No new call is begun once this is aborted; a call under way is repeated until its answer is known. */
  readonly ending: AbortSignal;
}

/** How a producer speaks, and whether it repeats a call that got no answer. */
export type ProducerKind = "batch" | "single" | "plain" | "careless";

/** `repeats` counts answers that never came, each followed by the same call again. */
export interface ProducerResult {
  readonly calls: number;
  readonly repeats: number;
}

/** A call gets this long; after that its answer counts as lost. Far more than a busy machine needs. */
const CALL_TIMEOUT_MS = 60_000;

/** So that one process of producers leaves the server its core. */
const PAUSE_MS_MAX = 12;

const RECORDS_MAX = 40;
const FILLER_BYTES_MAX = 2_000;

export async function produce(kind: ProducerKind, options: ProducerOptions): Promise<ProducerResult> {
  const { random, ending, ledger } = options;
  let calls = 0;
  let repeats = 0;
  for (let sequence = 0; !ending.aborted; calls++) {
    const count = kind === "single" ? 1 : 1 + Math.floor(random.fraction() * RECORDS_MAX);
    const records = Array.from({ length: count }, () => makeRecord(options, sequence++));
    for (const record of records) ledger.send(record);
    const id = random.bytes(16).toString("hex");
    let told = await call(kind, options, id, records);
    while (told === undefined && kind !== "careless") {
      repeats++;
      await sleep(20);
      told = await call(kind, options, id, records);
    }
    for (const [index, record] of records.entries()) {
      if (told !== undefined) ledger.settle(record, told[index] === true ? "acknowledged" : "refused");
    }
    await sleep(random.fraction() * PAUSE_MS_MAX);
  }
  return { calls, repeats };
}

/** Unique by producer and number; of very different sizes; with what is awkward in JSON and in UTF-8; a tab to escape. */
function makeRecord({ name, random }: ProducerOptions, sequence: number): string {
  const filler = 'é\u2028\\"x'.repeat(Math.floor((random.fraction() ** 4 * FILLER_BYTES_MAX) / 8));
  return `${JSON.stringify({ producer: name, sequence, filler })}\t${sequence}\n`;
}

/** Whether each record was accepted; undefined when nobody knows. */
async function call(
  kind: ProducerKind,
  { address, stream }: ProducerOptions,
  id: string,
  records: readonly string[],
): Promise<readonly boolean[] | undefined> {
  const url = await address();
  const request =
    kind === "plain" ? plainRequest(url, stream, id, records) : wireRequest(kind, url, stream, id, records);
  let status: number;
  let text: string;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    status = response.status;
    text = await response.text();
  } catch {
    return undefined;
  }
  // A server that is told to stop, or that is asked too much, refuses the call as a whole: nothing was accepted.
  if (status >= 500) return undefined;
  if (status !== 200 && status !== 207) throw new Error(`The server answered ${status}: ${text}`);
  const answer = JSON.parse(text) as Answer;
  if (kind === "plain") {
    const refused = new Set(answer.refused?.map(({ index }) => index));
    return records.map((_, index) => !refused.has(index));
  }
  if (kind === "single") return [answer.RecordId !== undefined];
  return records.map((_, index) => answer.RequestResponses?.[index]?.RecordId !== undefined);
}

interface Answer {
  readonly RecordId?: string;
  readonly RequestResponses?: readonly { readonly RecordId?: string }[];
  readonly refused?: readonly { readonly index: number }[];
}

function wireRequest(kind: ProducerKind, url: string, stream: string, id: string, records: readonly string[]): Request {
  const data = records.map((record) => ({ Data: Buffer.from(record).toString("base64") }));
  const operation = kind === "single" ? "PutRecord" : "PutRecordBatch";
  const members = kind === "single" ? { Record: data[0] } : { Records: data };
  return new Request(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Firehose_20150804.${operation}`,
      "amz-sdk-invocation-id": id,
    },
    body: JSON.stringify({ DeliveryStreamName: stream, ...members }),
  });
}

function plainRequest(url: string, stream: string, id: string, records: readonly string[]): Request {
  return new Request(`${url}/v1/streams/${stream}/records`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip", "idempotency-key": id },
    body: gzipSync(records.join("")),
  });
}
