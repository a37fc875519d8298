import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";

/** What a broker tells of one partition; transactions that were aborted are listed, and their batches are there all the same. */
export interface FetchedPartition {
  readonly records?: readonly RecordsBatch[] | null;
  readonly abortedTransactions?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[] | null;
}

export interface CommittedBatch {
  readonly batch: RecordsBatch;
  readonly records: readonly KafkaRecord[];
}

/** Bits of a batch's attributes (message format 2). */
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/** Version and type of a control record's key, two bytes each; type 0 ends a transaction that was aborted, 1 one that was committed. */
const CONTROL_TYPE_AT = 2;
const ABORT = 0;
const COMMIT = 1;

/**
 * The batches of an answer that hold records for us: no markers of transactions, nothing of a transaction that was aborted,
 * nothing before `from` (a broker hands over whole batches). A transaction whose end is not in the answer is aborted as soon
 * as it is listed: its marker may come with the next answer.
 */
export function committedBatches(fetched: FetchedPartition, from: bigint): readonly CommittedBatch[] {
  const { records: batches, abortedTransactions } = fetched;
  if (batches === undefined || batches === null) return [];
  const starts = [...(abortedTransactions ?? [])].sort((one, other) => Number(one.firstOffset - other.firstOffset));
  const aborted = new Set<bigint>();
  const committed: CommittedBatch[] = [];
  for (const batch of batches) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (; starts[0] !== undefined && starts[0].firstOffset <= last; starts.shift()) aborted.add(starts[0].producerId);
    if ((batch.attributes & CONTROL) !== 0) {
      if (transactionEnd(batch) === "abort") aborted.delete(batch.producerId);
    } else if ((batch.attributes & TRANSACTIONAL) === 0 || !aborted.has(batch.producerId)) {
      committed.push({ batch, records: recordsFrom(batch, from) });
    }
  }
  return committed;
}

/** Offset behind everything that the answer has told of, or `from`. Compacted topics have batches that end in a gap. */
export function offsetBehind({ records: batches }: FetchedPartition, from: bigint): bigint {
  const last = batches?.at(-1);
  if (last === undefined) return from;
  const behind = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
  return behind > from ? behind : from;
}

/** How a transaction of the batch's producer ended, where the batch is the marker that says so. */
export function transactionEnd(batch: RecordsBatch): "commit" | "abort" | undefined {
  if ((batch.attributes & CONTROL) === 0) return undefined;
  const key = batch.records[0]?.key;
  if (key === undefined || key === null || key.length <= CONTROL_TYPE_AT) return undefined;
  const type = key.readInt16BE(CONTROL_TYPE_AT);
  if (type === ABORT) return "abort";
  return type === COMMIT ? "commit" : undefined;
}

function recordsFrom({ firstOffset, records }: RecordsBatch, from: bigint): readonly KafkaRecord[] {
  if (firstOffset >= from) return records;
  const delta = Number(from - firstOffset);
  return records.filter(({ offsetDelta }) => offsetDelta >= delta);
}
