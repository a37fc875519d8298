import { LakehoseError } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import type { Inlet } from "../inlet.ts";
import type { Shard, ShardedUpstream, ShardStart } from "./sharded-upstream.ts";

/** Where a stream begins that was never read. */
export type StreamStart = "TRIM_HORIZON" | "LATEST" | { readonly time: string };

/** Half of the positions that a log and a trigger remember: those of shards that are read are never forgotten. */
const SHARDS_MAX = 5_000;

/** Targets of triggers take events in their own time. */
const TAKEN_POLL_MS = 100;

export interface ShardPlacesOptions {
  readonly inlet: Inlet;
  readonly upstream: Pick<ShardedUpstream, "identity" | "connectedAt">;
  readonly start: StreamStart;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * How far the shards of one stream have come. Each has a part of its own, with the sequence number of the last record that
 * was taken; with LATEST also the time at which the stream was first read, for shards that have no position yet. That a shard
 * was read to its end is not stored: that one of its descendants has a position says it, and else its end is read again,
 * which yields nothing.
 */
export class ShardPlaces {
  readonly #options: ShardPlacesOptions;
  /** What was appended last, in this attempt. */
  readonly #appended = new Map<string, string>();
  readonly #ended = new Set<string>();
  /** Shards that were open when a stream was first read with LATEST: what came before them is not wanted. */
  #roots: ReadonlySet<string> = new Set();
  #since: number | undefined;

  constructor(options: ShardPlacesOptions) {
    this.#options = options;
  }

  /** Older records are not wanted. */
  get since(): number | undefined {
    return this.#since;
  }

  /** Called first. */
  open(shards: readonly Shard[]): void {
    const { start, upstream } = this.#options;
    if (start === "TRIM_HORIZON") return;
    if (start !== "LATEST") {
      this.#since = Date.parse(start.time);
      return;
    }
    this.#since = shards.map(({ id }) => this.#stored(id)?.since).find((since) => since !== undefined);
    if (this.#since !== undefined) return;
    this.#since = upstream.connectedAt;
    this.#roots = new Set(shards.filter(({ isClosed }) => !isClosed).map(({ id }) => id));
  }

  startOf(shard: string): ShardStart {
    const stored = this.#stored(shard);
    if (stored !== undefined) return { after: stored.after };
    return this.#since === undefined ? { oldest: true } : { time: this.#since };
  }

  /** Resolves when the inlet has taken the records. Where there are none the place is not stored, for nothing comes of it. */
  async move(shard: string, records: readonly Buffer[], after: string): Promise<void> {
    if (records.length === 0) return;
    const { inlet, start } = this.#options;
    const text = start === "LATEST" ? `${after}@${this.#since}` : after;
    this.#appended.set(shard, text);
    await inlet.append(packRecords(records), { part: this.#partOf(shard), position: Buffer.from(text) });
  }

  /** Resolves when everything of a shard that was read to its end is durable, or taken by what it is for. */
  async end(shard: string): Promise<void> {
    const { clock, signal } = this.#options;
    const last = this.#appended.get(shard);
    while (last !== undefined && this.#text(shard) !== last) await clock.sleep(TAKEN_POLL_MS, signal);
    this.#appended.delete(shard);
    this.#ended.add(shard);
  }

  /** Those that may be read now: neither read to their end nor older than one that is known, and all their parents are done. */
  readable(shards: readonly Shard[]): readonly Shard[] {
    if (shards.length > SHARDS_MAX) throw tooMany(shards.length);
    const byId = new Map(shards.map((shard) => [shard.id, shard]));
    const done = this.#done(shards, byId);
    return shards.filter(
      ({ id, parents }) => !done.has(id) && parents.every((parent) => done.has(parent) || !byId.has(parent)),
    );
  }

  #done(shards: readonly Shard[], byId: ReadonlyMap<string, Shard>): ReadonlySet<string> {
    const done = new Set<string>();
    const begun = shards.filter(({ id }) => this.#roots.has(id) || this.#stored(id) !== undefined);
    const older = begun.flatMap(({ parents }) => parents);
    for (let id = older.pop(); id !== undefined; id = older.pop()) {
      if (done.has(id)) continue;
      done.add(id);
      older.push(...(byId.get(id)?.parents ?? []));
    }
    for (const id of this.#ended) done.add(id);
    return done;
  }

  #stored(shard: string): StoredPlace | undefined {
    const [after, since] = this.#text(shard)?.split("@") ?? [];
    if (after === undefined) return undefined;
    return since === undefined ? { after } : { after, since: Number(since) };
  }

  #text(shard: string): string | undefined {
    const stored = this.#options.inlet.position(this.#partOf(shard));
    return stored === undefined ? undefined : Buffer.from(stored).toString();
  }

  #partOf(shard: string): string {
    return `${this.#options.upstream.identity}/${shard}`;
  }
}

interface StoredPlace {
  /** Sequence number of the last record that was taken. */
  readonly after: string;
  readonly since?: number;
}

function tooMany(count: number): LakehoseError {
  return new LakehoseError(
    "too-many-shards",
    `Expected at most ${SHARDS_MAX} shards, closed ones included; got ${count}.`,
  );
}
