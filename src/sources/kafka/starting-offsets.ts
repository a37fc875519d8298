import type { Consumer } from "@platformatic/kafka";
import type { SourceRun } from "../source-kind.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { decodePosition, partOf } from "./topic-position.ts";

export interface AssignedPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

export interface StartingPartition extends AssignedPartition {
  readonly offset: bigint;
}

type Offsets = Pick<Consumer, "listCommittedOffsets" | "listOffsets">;

/** Timestamps of the protocol that stand for the ends of a partition. */
const EARLIEST = -2n;
const LATEST = -1n;

/**
 * Where each partition begins. The own log knows best: its position is exact. The group knows what other servers have read
 * since, and may be behind them by what they had not committed, so that records come twice at a hand-over and never get
 * lost. Where the group is further than the own log, others have read on, and so do we.
 *
 * The option `start` is for topics that neither knows. What it chose is committed at once, so that a partition without
 * records keeps its place; and a partition that nobody knows in a topic that is known has been added since, and is read
 * from its beginning, for everything in it is new.
 */
export async function startingOffsets(
  consumer: Offsets,
  assigned: readonly AssignedPartition[],
  { start }: Pick<KafkaOptions, "start">,
  run: Pick<SourceRun, "inlet" | "warn" | "count">,
): Promise<readonly StartingPartition[]> {
  const topics = Map.groupBy(assigned, ({ topic }) => topic);
  const wanted = [...topics].map(([topic, list]) => ({ topic, partitions: list.map(({ partition }) => partition) }));
  if (wanted.length === 0) return [];
  const committed = await consumer.listCommittedOffsets({ topics: wanted });
  const known = assigned.map((one) => ({ ...one, ...knownOffset(one, committed, run) }));
  const begun = new Set(known.flatMap(({ topic, offset }) => (offset === undefined ? [] : [topic])));
  const anew = known.filter(({ topic, offset, recreated }) => offset === undefined && (recreated || begun.has(topic)));
  const first = known.filter((one) => one.offset === undefined && !anew.includes(one));
  const chosen = new Map([
    ...(await offsetsAt(consumer, anew, "earliest")),
    ...(await offsetsAt(consumer, first, start)),
  ]);
  return known.map(({ topic, topicId, partition, offset }) => ({
    topic,
    topicId,
    partition,
    offset: offset ?? chosen.get(partOf(topic, partition)) ?? 0n,
  }));
}

interface KnownOffset {
  readonly offset: bigint | undefined;
  readonly recreated: boolean;
}

function knownOffset(
  { topic, topicId, partition }: AssignedPartition,
  committed: ReadonlyMap<string, readonly bigint[]>,
  run: Pick<SourceRun, "inlet" | "warn" | "count">,
): KnownOffset {
  const own = decodePosition(run.inlet.position(partOf(topic, partition)));
  if (own !== undefined && own.topicId !== topicId) {
    // What the group has committed may be of the old topic too: rather some records twice than some never.
    run.count("topicsRecreated");
    run.warn(
      "topic-recreated",
      `Topic ${topic} is another than the one that was read before, which ended at offset ${own.offset} of partition ${partition}; it is read from its beginning.`,
    );
    return { offset: undefined, recreated: true };
  }
  const ofGroup = committed.get(topic)?.[partition];
  const known = [own?.offset, ofGroup].filter((offset) => offset !== undefined && offset >= 0n) as bigint[];
  return { offset: known.sort((one, other) => Number(other - one))[0], recreated: false };
}

async function offsetsAt(
  consumer: Offsets,
  partitions: readonly AssignedPartition[],
  start: KafkaOptions["start"],
): Promise<ReadonlyMap<string, bigint>> {
  const found = new Map<string, bigint>();
  if (partitions.length === 0) return found;
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  const asked = {
    topics: [...topics.keys()],
    partitions: Object.fromEntries([...topics].map(([topic, list]) => [topic, list.map(({ partition }) => partition)])),
  };
  const timestamp = start === "earliest" ? EARLIEST : start === "latest" ? LATEST : BigInt(Date.parse(start.time));
  const at = await consumer.listOffsets({ ...asked, timestamp });
  const isOpen = partitions.some(({ topic, partition }) => (at.get(topic)?.[partition] ?? -1n) < 0n);
  // No record is as young as that time yet: the next one will be.
  const end = isOpen ? await consumer.listOffsets({ ...asked, timestamp: LATEST }) : at;
  for (const { topic, partition } of partitions) {
    const offset = at.get(topic)?.[partition] ?? -1n;
    found.set(partOf(topic, partition), offset >= 0n ? offset : (end.get(topic)?.[partition] ?? 0n));
  }
  return found;
}
