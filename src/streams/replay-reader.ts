import type { LogLease, LogReader } from "../log/log.ts";
import { type Batch, recordCount, sliceRecords } from "../model/records.ts";

/** No delivery has this name. */
const NOBODY = "";

/**
 * The log as a replay sees it. A range of the log ends at `to`, for ever; offsets below it that hold no record are covered
 * by an empty batch, so that whoever waits for the end gets there. A replay of objects sees what is addressed to it, and
 * nothing of the stream's own traffic.
 */
export class ReplayReader implements LogReader {
  readonly partition: number;
  readonly incarnation: string;
  readonly #log: LogReader;
  readonly #to: number;
  readonly #onlyDelivery: string | undefined;
  /** Whole batches behind those that were handed out in part: memory goes back as it came. */
  readonly #whole = new WeakMap<Batch, Batch>();

  constructor(log: LogReader, range: { readonly to?: number; readonly onlyDelivery?: string }) {
    this.partition = log.partition;
    this.incarnation = log.incarnation;
    this.#log = log;
    this.#to = range.to ?? Number.POSITIVE_INFINITY;
    this.#onlyDelivery = range.onlyDelivery;
  }

  get start(): number {
    return this.#log.start;
  }

  get end(): number {
    return Math.min(this.#log.end, this.#to);
  }

  async read(offset: number, bytesMax: number): Promise<Batch[]> {
    if (offset >= this.end) return [];
    const found = await this.#log.read(offset, bytesMax);
    const inside = found.filter((batch) => batch.firstOffset < this.#to).map((batch) => this.#own(batch));
    return inside.length === 0 ? [this.#nothing()] : inside;
  }

  recycle(batches: readonly Batch[]): void {
    this.#log.recycle(batches.flatMap((batch) => this.#whole.get(batch) ?? []));
  }

  async waitBeyond(offset: number, signal: AbortSignal): Promise<void> {
    if (offset < this.#to) return this.#log.waitBeyond(offset, signal);
    await new Promise((_, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  bytesFrom(offset: number): number {
    const beyond = this.#to === Number.POSITIVE_INFINITY ? 0 : this.#log.bytesFrom(this.#to);
    return Math.max(0, this.#log.bytesFrom(offset) - beyond);
  }

  async offsetAtTime(arrivalMs: number): Promise<number> {
    return Math.min(this.end, await this.#log.offsetAtTime(arrivalMs));
  }

  lease(offset: number): LogLease {
    return this.#log.lease(offset);
  }

  #own(batch: Batch): Batch {
    const count = Math.min(recordCount(batch), this.#to - batch.firstOffset);
    const cut = count === recordCount(batch) ? batch : { ...batch, ...sliceRecords(batch, 0, count) };
    const addressed = this.#onlyDelivery === undefined || batch.onlyDelivery === this.#onlyDelivery;
    const own = addressed ? cut : { ...cut, onlyDelivery: NOBODY };
    this.#whole.set(own, batch);
    return own;
  }

  #nothing(): Batch {
    const place = { partition: this.partition, firstOffset: this.#to, arrivalMs: 0 };
    return { ...place, bytes: Buffer.alloc(0), ends: new Uint32Array(0), onlyDelivery: NOBODY };
  }
}
