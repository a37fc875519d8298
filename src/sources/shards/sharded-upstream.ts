/** A stream in shards, as Kinesis and DynamoDB Streams have it, for one attempt to read. Calls reject as their client does. */
export interface ShardedUpstream {
  /** At most 250 bytes. Another stream of the same name has another one. */
  readonly identity: string;
  /** When this attempt began, by the upstream's clock. */
  readonly connectedAt: number;
  /** All shards that are not forgotten yet, closed ones too. */
  listShards(): Promise<readonly Shard[]>;
  /** Asked while all shards are read to their end. Rejects when there will be no other. */
  exhausted?(): Promise<void>;
  openIterator(shard: string, from: ShardStart): Promise<string | undefined>;
  /** `since`: older records are not wanted, where `openIterator` cannot leave them out. */
  read(shard: string, iterator: string, since: number | undefined): Promise<ShardAnswer>;
  /** What a rejection means to a reader; `undefined` where it means that this attempt is over. */
  faultOf(error: unknown): ShardFault | undefined;
}

/** `throttled`: too many calls; `expired`: the iterator is too old; `trimmed`: the records behind the position are gone. */
export type ShardFault = "throttled" | "expired" | "trimmed";

export interface Shard {
  readonly id: string;
  /** One after a split, two after a merge. They may be forgotten already. */
  readonly parents: readonly string[];
  readonly isClosed: boolean;
}

/** Behind a record, at a time where the upstream can, or at the oldest record that there is. */
export type ShardStart = { readonly after: string } | { readonly time: number } | { readonly oldest: true };

export interface ShardAnswer {
  readonly records: readonly ShardRecord[];
  /** Iterator of what comes next; absent at the end of a shard that is closed. */
  readonly next?: string | undefined;
  readonly millisBehindLatest: number;
}

export interface ShardRecord {
  readonly sequenceNumber: string;
  /** What becomes of it: none where it is not wanted, several where it is an aggregate. They are stored together. */
  readonly records: readonly Buffer[];
}
