/**
 * What lies behind the last record of a partition that is in the log, stored with it. The id of the topic tells a topic
 * that was deleted and created again, whose offsets begin at 0, from the one that was read before.
 */
export interface TopicPosition {
  readonly topicId: string;
  /** Of the next record. */
  readonly offset: bigint;
}

/** What positions of a partition are stored under. */
export function partOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

export function encodePosition({ topicId, offset }: TopicPosition): Buffer {
  return Buffer.from(`${topicId}@${offset}`);
}

export function decodePosition(bytes: Uint8Array | undefined): TopicPosition | undefined {
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString();
  const at = text.lastIndexOf("@");
  return { topicId: text.slice(0, at), offset: BigInt(text.slice(at + 1)) };
}
