import type {
  Shard,
  ShardAnswer,
  ShardedUpstream,
  ShardFault,
  ShardStart,
} from "../../src/sources/shards/sharded-upstream.ts";

interface ScriptedShard extends Shard {
  readonly texts: readonly string[];
}

/** Rejects a call as a server does; `fault` says what a reader makes of it. */
export class ShardError extends Error {
  readonly fault: ShardFault | undefined;

  constructor(fault?: ShardFault) {
    super(fault ?? "broken");
    this.fault = fault;
  }
}

/** A stream in memory, whose calls fail as they are told: `faults` are used up, one by each read. */
export class ScriptedShards implements ShardedUpstream {
  readonly identity = "scripted";
  readonly connectedAt = 0;
  readonly shards: ScriptedShard[] = [];
  readonly faults: (ShardFault | undefined)[] = [];
  /** Shard and place of every iterator that was asked for. */
  readonly opened: string[] = [];
  reads = 0;
  lists = 0;

  add(id: string, texts: readonly string[], { parents = [], isClosed = true }: Partial<Shard> = {}): void {
    this.shards.push({ id, texts, parents, isClosed });
  }

  async listShards(): Promise<readonly Shard[]> {
    this.lists++;
    return [...this.shards];
  }

  async openIterator(id: string, from: ShardStart): Promise<string> {
    this.opened.push(`${id} ${JSON.stringify(from)}`);
    return "after" in from ? String(Number(from.after) + 1) : "0";
  }

  /** Two records at a time. */
  async read(id: string, iterator: string): Promise<ShardAnswer> {
    this.reads++;
    const fault = this.faults.shift();
    if (fault !== undefined) throw new ShardError(fault);
    const shard = this.shards.find((candidate) => candidate.id === id);
    const at = Number(iterator);
    const texts = shard?.texts.slice(at, at + 2) ?? [];
    const records = texts.map((text, index) => ({ sequenceNumber: String(at + index), records: [Buffer.from(text)] }));
    const behind = at + texts.length;
    const isEnd = shard?.isClosed === true && behind === shard.texts.length;
    return { records, ...(!isEnd && { next: String(behind) }), millisBehindLatest: isEnd ? 0 : 7 };
  }

  faultOf(error: unknown): ShardFault | undefined {
    return error instanceof ShardError ? error.fault : undefined;
  }
}
