import { type FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { reasonOf } from "../model/errors.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "../model/limits.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import { CliError } from "./cli-error.ts";

export interface PutBatchOptions {
  readonly stream: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Called after each call with the records that it got accepted. */
  readonly onAccepted?: (records: number) => void;
  /** Whether a call that failed as a whole is made again, as refused records are. Default: it is not. */
  readonly repeats?: (error: unknown) => boolean;
}

export interface PutOptions extends PutBatchOptions {
  /** Calls under way at a time. Default 4: enough to keep group commit busy from one client. */
  readonly concurrency?: number;
  /** Most records in a call. Default and ceiling 500. */
  readonly batchRecordsMax?: number;
}

export interface PutSummary {
  readonly records: number;
  readonly bytes: number;
  readonly calls: number;
  /** Records that were refused once or more and accepted later. */
  readonly resent: number;
}

/** After this many refusals of the same records in a row (about two minutes of back-off) the server is not coming back. */
const ATTEMPTS_MAX = 12;

/**
 * Sends records through PutRecordBatch as a good producer does: full batches, several under way, and every answer read
 * record by record, so that what was refused is sent again, and nothing else is.
 */
export async function putRecords(
  firehose: FirehoseClient,
  records: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: PutOptions,
): Promise<PutSummary> {
  const summary = { records: 0, bytes: 0, calls: 0, resent: 0 };
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const send = async (batch: readonly Uint8Array[]) => {
    const { calls, resent } = await putBatch(firehose, batch, options);
    summary.calls += calls;
    summary.resent += resent;
    summary.records += batch.length;
    summary.bytes += batch.reduce((sum, record) => sum + record.byteLength, 0);
  };
  for await (const batch of batchesOf(records, options.batchRecordsMax ?? BATCH_RECORDS_MAX)) {
    if (failures.length > 0 || options.signal?.aborted === true) break;
    const sending: Promise<void> = send(batch)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= (options.concurrency ?? 4)) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return summary;
}

/** Resolves when all records are accepted. Throws when some are refused again and again, and what a call throws. */
export async function putBatch(
  firehose: FirehoseClient,
  batch: readonly Uint8Array[],
  options: PutBatchOptions,
): Promise<{ readonly calls: number; readonly resent: number }> {
  let left = batch;
  let resent = 0;
  let last = "";
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    if (attempt > 1) await options.clock.sleep(backoffMs(attempt - 1, options.random), options.signal);
    const { refused, reason } = await putOnce(firehose, left, options);
    options.onAccepted?.(left.length - refused.length);
    if (refused.length === 0) return { calls: attempt, resent };
    resent += refused.length;
    last = reason;
    left = refused;
  }
  throw new CliError(`${left.length} records of ${options.stream} were refused ${ATTEMPTS_MAX} times: ${last}`);
}

interface Refusal {
  readonly refused: readonly Uint8Array[];
  /** Of the first one. */
  readonly reason: string;
}

async function putOnce(
  firehose: FirehoseClient,
  records: readonly Uint8Array[],
  { stream, signal, repeats }: PutBatchOptions,
): Promise<Refusal> {
  const command = new PutRecordBatchCommand({
    DeliveryStreamName: stream,
    Records: records.map((Data) => ({ Data })),
  });
  try {
    const { RequestResponses = [] } = await firehose.send(command, {
      ...(signal !== undefined && { abortSignal: signal }),
    });
    const refused = records.filter((_, index) => RequestResponses[index]?.RecordId === undefined);
    const first = RequestResponses.find(({ RecordId }) => RecordId === undefined);
    return { refused, reason: first?.ErrorMessage ?? "no reason given" };
  } catch (error) {
    if (repeats?.(error) !== true) throw error;
    return { refused: records, reason: reasonOf(error) };
  }
}

async function* batchesOf(
  records: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  recordsMax: number,
): AsyncGenerator<readonly Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const record of records) {
    if (batch.length > 0 && (batch.length === recordsMax || bytes + record.byteLength > BATCH_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += record.byteLength;
  }
  if (batch.length > 0) yield batch;
}
