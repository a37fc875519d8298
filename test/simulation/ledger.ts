/**
 * What producers know: what they sent, what they were told. The only truth of a run beside the lake itself.
 */
export interface SentRecord {
  readonly id: string;
  readonly text: string;
  /** Stream and its incarnation that the record was sent to first. */
  readonly stream: string;
  readonly uid: string;
  /** In the order of everything that happens in the world. */
  readonly sentAt: number;
  /** When the yes came; `undefined` as long as there was none. */
  acknowledgedAt: number | undefined;
  offset: number | undefined;
  /** Bounds of its arrival. */
  arrivalLowMs: number;
  arrivalHighMs: number;
}

export class Ledger {
  readonly records = new Map<string, SentRecord>();
  readonly failures: string[] = [];
  readonly #offsets = new Map<string, string>();
  /** Per incarnation: no later arrival is before this. */
  readonly #arrivalFloors = new Map<string, number>();
  #ticks = 0;
  #made = 0;

  /** Order of events, as seen from outside. */
  tick(): number {
    return ++this.#ticks;
  }

  make(stream: string, uid: string, padding: string, nowMs: number): SentRecord {
    const id = `r${++this.#made}`;
    const record: SentRecord = {
      id,
      text: `${id}|${padding}`,
      stream,
      uid,
      sentAt: this.tick(),
      acknowledgedAt: undefined,
      offset: undefined,
      arrivalLowMs: nowMs,
      arrivalHighMs: Number.POSITIVE_INFINITY,
    };
    this.records.set(id, record);
    return record;
  }

  /** An attempt to send it begins: when would it arrive, if it did? */
  expectArrival(record: SentRecord, nowMs: number): void {
    const lowMs = Math.max(nowMs, this.#arrivalFloors.get(record.uid) ?? 0);
    record.arrivalLowMs = Math.min(record.arrivalLowMs, lowMs);
  }

  acknowledge(record: SentRecord, offset: number, latestWallMs: number): void {
    if (record.acknowledgedAt !== undefined) {
      if (record.offset !== offset)
        this.fail(`${record.id} was acknowledged at ${record.offset} and again at ${offset}`);
      return;
    }
    const place = `${record.uid}/${offset}`;
    const holder = this.#offsets.get(place);
    if (holder !== undefined) this.fail(`offset ${offset} was given to ${holder} and to ${record.id}`);
    this.#offsets.set(place, record.id);
    record.acknowledgedAt = this.tick();
    record.offset = offset;
    record.arrivalHighMs = latestWallMs;
    const floor = this.#arrivalFloors.get(record.uid) ?? 0;
    this.#arrivalFloors.set(record.uid, Math.max(floor, record.arrivalLowMs));
  }

  fail(message: string): void {
    if (this.failures.length < 20) this.failures.push(message);
  }

  /** The record whose text, or whose function's answer, this is. */
  recordOf(line: string): SentRecord | undefined {
    const end = line.indexOf("|");
    return end < 0 ? undefined : this.records.get(line.slice(0, end));
  }
}
