import { type FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "../model/limits.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import { CliError } from "./cli-error.ts";

export interface PutOptions {
  readonly stream: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Called after each call with the records that it got accepted. */
  readonly onAccepted?: (records: number) => void;
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

async function putBatch(firehose: FirehoseClient, batch: readonly Uint8Array[], options: PutOptions) {
  let left = batch;
  let resent = 0;
  let last = "";
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    if (attempt > 1) await options.clock.sleep(backoffMs(attempt - 1, options.random), options.signal);
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: options.stream,
      Records: left.map((Data) => ({ Data })),
    });
    const { RequestResponses = [] } = await firehose.send(command, {
      ...(options.signal !== undefined && { abortSignal: options.signal }),
    });
    const refused = left.filter((_, index) => RequestResponses[index]?.RecordId === undefined);
    options.onAccepted?.(left.length - refused.length);
    if (refused.length === 0) return { calls: attempt, resent };
    resent += refused.length;
    last = RequestResponses.find(({ RecordId }) => RecordId === undefined)?.ErrorMessage ?? "no reason given";
    left = refused;
  }
  throw new CliError(`${left.length} records of ${options.stream} were refused ${ATTEMPTS_MAX} times: ${last}`);
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
