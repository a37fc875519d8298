import type { RecordIdentity } from "../model/identified-records.ts";
import { BufferPool } from "../std/buffer-pool.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";

/** Records of one key of one run of batches. */
export class Gathering {
  readonly key: AccumulatorKey;
  readonly #records: Buffer[] = [];
  readonly #offsets: number[] = [];
  readonly #arrivalsMs: number[] = [];
  readonly #identities: RecordIdentity[] = [];
  #bytes = 0;
  #oldestMs = Number.POSITIVE_INFINITY;
  #newestMs = 0;
  #oldestEventMs = Number.POSITIVE_INFINITY;
  #newestEventMs = Number.NEGATIVE_INFINITY;

  constructor(key: AccumulatorKey) {
    this.key = key;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `identity` where it is another than the offset says: of all records of a run, or of none. */
  add(bytes: Buffer, offset: number, arrivalMs: number, eventMs?: number, identity?: RecordIdentity): void {
    this.#records.push(bytes);
    if (identity !== undefined) this.#identities.push(identity);
    this.#offsets.push(offset);
    this.#arrivalsMs.push(arrivalMs);
    this.#bytes += bytes.length;
    this.#oldestMs = Math.min(this.#oldestMs, arrivalMs);
    this.#newestMs = Math.max(this.#newestMs, arrivalMs);
    if (eventMs === undefined) return;
    this.#oldestEventMs = Math.min(this.#oldestEventMs, eventMs);
    this.#newestEventMs = Math.max(this.#newestEventMs, eventMs);
  }

  /** Copies the records into `memory`, which has room for just them. */
  group(memory: Buffer): OutcomeGroup {
    const ends = new Uint32Array(this.#records.length);
    let end = 0;
    for (const [index, record] of this.#records.entries()) {
      memory.set(record, end);
      end += record.length;
      ends[index] = end;
    }
    const events = { oldestEventMs: this.#oldestEventMs, newestEventMs: this.#newestEventMs };
    return {
      key: this.key,
      records: { bytes: memory, ends },
      offsets: { each: this.#offsets },
      ...(this.#identities.length === 0 ? {} : { identities: this.#identities }),
      oldestMs: this.#oldestMs,
      newestMs: this.#newestMs,
      ...(this.#oldestMs === this.#newestMs ? {} : { arrivalsMs: this.#arrivalsMs }),
      ...(Number.isFinite(events.oldestEventMs) ? events : {}),
    };
  }
}

/**
 * Groups of one run and the memory that they share. With many keys a group has a record or two, and a buffer for each
 * would keep the collector busy.
 */
export function packGatherings(gatherings: readonly Gathering[]): PackedGroups {
  const bytes = memory.take(gatherings.reduce((sum, gathering) => sum + gathering.bytes, 0));
  let end = 0;
  const groups = gatherings.map((gathering) => {
    end += gathering.bytes;
    return gathering.group(bytes.subarray(end - gathering.bytes, end));
  });
  return { groups, bytes };
}

export interface PackedGroups {
  readonly groups: readonly OutcomeGroup[];
  /** Records of all groups, one group after another. */
  readonly bytes: Buffer;
}

/** Gives memory of `packGatherings` to the next batch; what came from elsewhere is left alone. Nobody may look at it any more. */
export function giveBackGroups({ bytes }: PackedGroups): void {
  memory.giveBack(bytes);
}

/** Some four reads of the log, those of all deliveries of the process together. */
const memory = new BufferPool(16 * 1024 * 1024);
