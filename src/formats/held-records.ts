import type { PackedRecords } from "../model/records.ts";
import { giveBackChunks, HeldChunks, joinChunks } from "./held-chunks.ts";

/** Records that wait to be encoded, copied, each with its arrival time. */
export class HeldRecords {
  readonly #bytes = new HeldChunks();
  #ends: number[] = [];
  #arrivalsMs: number[] = [];
  /** Places of the records that were taken before, in the order of `hold`. */
  #taken = 0;

  /** What is held, with the index that goes with it. */
  get bytes(): number {
    return this.#bytes.bytes + this.#ends.length * INDEX_BYTES;
  }

  hold(records: PackedRecords, arrivalMs: number): void {
    const before = this.#bytes.bytes;
    this.#bytes.hold(records.bytes);
    for (const end of records.ends) {
      this.#ends.push(before + end);
      this.#arrivalsMs.push(arrivalMs);
    }
  }

  /** Hands over everything and begins anew. Give it back once it is encoded and nobody looks at its bytes any more. */
  take(): TakenRecords {
    const chunks = this.#bytes.take();
    const bytes = joinChunks(chunks);
    if (chunks.length > 1) giveBackChunks(chunks);
    const taken = {
      bytes,
      ends: Uint32Array.from(this.#ends),
      arrivalsMs: Float64Array.from(this.#arrivalsMs),
      firstIndex: this.#taken,
    };
    this.#taken += taken.ends.length;
    this.#ends = [];
    this.#arrivalsMs = [];
    return taken;
  }
}

export interface TakenRecords extends PackedRecords {
  readonly arrivalsMs: Float64Array;
  /** Place of the first record among all that were added to the object. */
  readonly firstIndex: number;
}

export function giveBackRecords(records: TakenRecords): void {
  giveBackChunks([records.bytes]);
}

/** End and arrival time. */
const INDEX_BYTES = 16;
