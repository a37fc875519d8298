import { type PackedRecords, recordCount } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import type { StreamSettings } from "../settings.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Share of a stream's disk budget that intake leaves to its deliveries, so that a full stream can always drain. */
export const DELIVERY_RESERVE_SHARE = 0.1;

/** How old the measured disk use may be. Asking every delivery on every request would cost more than the request. */
const USED_BYTES_AGE_MS_MAX = 100;

/** What a record costs on disk beside its bytes (index entry), and a call beside its records (frame header, metadata). */
const RECORD_OVERHEAD_BYTES = 4;
const CALL_OVERHEAD_BYTES = 256;

export interface AdmissionOptions {
  readonly clock: Clock;
  readonly settings: () => StreamSettings;
  readonly budgetBytes: () => number;
  readonly usedBytes: () => number;
}

export interface AdmitOptions {
  readonly limitRate: boolean;
  /** All or nothing. */
  readonly whole: boolean;
}

export interface Admitted {
  /** How many records from the front of the call; order is kept, so what follows the first refused one is refused too. */
  readonly records: number;
  /** Why not all. */
  readonly reason?: "budget" | "rate";
  /** Has to be called once the append has ended, either way. */
  readonly release: () => void;
}

/** Says how much of a call fits the stream's disk budget and rate now. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #recordRate: TokenBucket;
  readonly #byteRate: TokenBucket;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #measuredBytes = 0;
  /** Accepted since disk use was measured; what was under way then may not have been in the measure. */
  #bytesSince = 0;
  #bytesUnderWay = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#recordRate = new TokenBucket(options.clock, Number.MAX_SAFE_INTEGER);
    this.#byteRate = new TokenBucket(options.clock, Number.MAX_SAFE_INTEGER);
  }

  admit(records: PackedRecords, { limitRate, whole }: AdmitOptions): Admitted {
    const fitting = prefixWithin(records, this.#freeBytes() - CALL_OVERHEAD_BYTES, RECORD_OVERHEAD_BYTES);
    const inBudget = whole && fitting < recordCount(records) ? 0 : fitting;
    const inRate = limitRate ? this.#withinRate(records, whole) : recordCount(records);
    const count = Math.min(inBudget, inRate);
    const bytes = count === 0 ? 0 : (records.ends[count - 1] ?? 0);
    if (limitRate) {
      this.#recordRate.take(count);
      this.#byteRate.take(bytes);
    }
    const cost = count === 0 ? 0 : bytes + count * RECORD_OVERHEAD_BYTES + CALL_OVERHEAD_BYTES;
    this.#bytesSince += cost;
    this.#bytesUnderWay += cost;
    const release = () => {
      this.#bytesUnderWay -= cost;
    };
    if (count === recordCount(records)) return { records: count, release };
    return { records: count, reason: inBudget <= inRate ? "budget" : "rate", release };
  }

  #freeBytes(): number {
    const { clock, budgetBytes, usedBytes } = this.#options;
    const now = clock.monotonic();
    if (now - this.#measuredAt > USED_BYTES_AGE_MS_MAX) {
      this.#measuredAt = now;
      this.#measuredBytes = usedBytes();
      this.#bytesSince = this.#bytesUnderWay;
    }
    return budgetBytes() * (1 - DELIVERY_RESERVE_SHARE) - this.#measuredBytes - this.#bytesSince;
  }

  #withinRate(records: PackedRecords, whole: boolean): number {
    const settings = this.#options.settings();
    this.#recordRate.setRate(settings["rate-records"] ?? Number.MAX_SAFE_INTEGER);
    this.#byteRate.setRate(settings["rate-bytes"] ?? Number.MAX_SAFE_INTEGER);
    // What cannot be split passes while any rate is left and is paid off afterwards, or it might never pass.
    if (whole) return this.#recordRate.available(1) > 0 && this.#byteRate.available(1) > 0 ? recordCount(records) : 0;
    const byCount = Math.floor(this.#recordRate.available(1));
    const byBytes = prefixWithin(records, this.#byteRate.available(records.ends[0] ?? 0), 0);
    return Math.min(recordCount(records), byCount, byBytes);
  }
}

/** How many records from the front fit into `bytesMax`, each with `overhead` beside its bytes. */
function prefixWithin(records: PackedRecords, bytesMax: number, overhead: number): number {
  const { ends } = records;
  const sizeOf = (count: number) => (count === 0 ? 0 : (ends[count - 1] ?? 0) + count * overhead);
  if (sizeOf(ends.length) <= bytesMax) return ends.length;
  let fits = 0;
  let tooMany = ends.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >>> 1;
    if (sizeOf(middle) <= bytesMax) fits = middle;
    else tooMany = middle;
  }
  return fits;
}
