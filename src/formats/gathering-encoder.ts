import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type PackedRecords, recordAt } from "../model/records.ts";
import type { ByteSink, EncodeReject, EncodeReport, ParcelEncoder } from "./format.ts";
import { giveBackRecords, HeldRecords, type TakenRecords } from "./held-records.ts";

/**
 * What formats share that look at their records: gathering, the order of writes, rejects by their place, and that a
 * drain lets others have the thread. What a format does is in its `ObjectWriter`.
 *
 * Work is handed to the writer in the portions of `HeldRecords`, of a quarter of a megabyte: some five milliseconds of
 * encoding, then requests that came meanwhile have their turn. Where they begin and end depends on the calls alone, so that
 * the same calls give the same bytes.
 */
export class GatheringEncoder implements ParcelEncoder {
  readonly #writer: ObjectWriter;
  readonly #sink: ByteSink;
  readonly #held = new HeldRecords();
  readonly #rejects: EncodeReject[] = [];
  #rejectBytes = 0;
  #beingEncodedBytes = 0;
  #encodedBytes = 0;
  #failure: unknown;

  constructor(writer: ObjectWriter, sink: ByteSink) {
    this.#writer = writer;
    this.#sink = sink;
  }

  get heldBytes(): number {
    return this.#held.bytes + this.#beingEncodedBytes;
  }

  /** Rejected records wait for `finish`; an object with many of them has to be handed on early like one of large contexts. */
  get nativeBytes(): number {
    return this.#writer.retainedBytes + this.#rejectBytes;
  }

  get encodedBytes(): number {
    return this.#encodedBytes;
  }

  add(records: PackedRecords, arrivalsMs: number | readonly number[] = 0): void {
    this.#held.hold(records, arrivalsMs);
  }

  async drain(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#beingEncodedBytes = this.#held.bytes;
    const portions = this.#held.take();
    try {
      for (const portion of portions) {
        await this.#emit(await this.#writer.write(portion, (place, problem) => this.#reject(portion, place, problem)));
        await yieldToOthers();
      }
      await this.#writer.settle?.();
    } catch (failure) {
      this.#failure = failure;
      throw failure;
    }
    for (const portion of portions) giveBackRecords(portion);
    this.#beingEncodedBytes = 0;
  }

  async finish(): Promise<EncodeReport> {
    await this.drain();
    try {
      for await (const chunks of this.#writer.end((reject) => this.#keepReject(reject))) await this.#emit(chunks);
    } catch (failure) {
      this.#failure = failure;
      throw failure;
    }
    return { rejects: this.#rejects.sort((a, b) => a.index - b.index) };
  }

  #reject(records: TakenRecords, place: number, { code, message }: Problem): void {
    const bytes = Buffer.from(recordAt(records, place));
    this.#keepReject({ index: records.firstIndex + place, bytes, code, message });
  }

  #keepReject(reject: EncodeReject): void {
    this.#rejects.push(reject);
    this.#rejectBytes += reject.bytes.length + reject.message.length;
  }

  async #emit(chunks: readonly Buffer[]): Promise<void> {
    if (chunks.length === 0) return;
    for (const chunk of chunks) this.#encodedBytes += chunk.length;
    await this.#sink.write(chunks);
  }
}

/** How one format makes one object. Calls do not overlap. */
export interface ObjectWriter {
  /** Memory that stays taken between two writes. */
  readonly retainedBytes: number;
  /** Encodes records, `reject`s by their place in `records` what it cannot, and returns what may leave already. */
  write(records: TakenRecords, reject: Reject): Promise<readonly Buffer[]>;
  /** For writers that still look at the memory of records after `write`: when it resolves, that memory is used again. */
  settle?(): Promise<void>;
  /** What is left, in portions. Records may still turn out to be none that can be encoded. */
  end(rejectLate: (reject: EncodeReject) => void): AsyncIterable<readonly Buffer[]> | Iterable<readonly Buffer[]>;
}

export type Reject = (place: number, problem: Problem) => void;

export interface Problem {
  readonly code: string;
  readonly message: string;
}
