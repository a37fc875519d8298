import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { reasonOf } from "../../model/errors.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../../model/limits.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { isUnreachable } from "../endpoint.ts";
import { putBatch } from "../put-records.ts";
import type { ArchiveEvent } from "./merge-events.ts";

export interface SenderOptions {
  readonly firehose: FirehoseClient;
  readonly stream: string;
  /** Calls under way at a time. With 1, nothing overtakes but a record that was refused and sent again. */
  readonly callsMax: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends waits between attempts; calls under way end by themselves. */
  readonly signal: AbortSignal;
}

export interface SentCounts {
  readonly records: number;
  readonly bytes: number;
  readonly calls: number;
  /** Records that were refused once or more and accepted later. */
  readonly resent: number;
  /** Records beyond the limit of one record that the server did not take. */
  readonly tooLarge: number;
}

/**
 * Sends records in calls of PutRecordBatch, several under way. Order is kept as far as the protocol lets it be: while records
 * of a call are being sent again, no other call begins, so that what was refused is overtaken by few.
 *
 * A record beyond AWS's limit goes in a call of its own: whether the server takes it is the server's to say, and no other
 * record is refused with it.
 */
export class EventSender {
  readonly #options: SenderOptions;
  readonly #counts = { records: 0, bytes: 0, calls: 0, resent: 0, tooLarge: 0 };
  readonly #underWay = new Set<Call>();
  #gathered: ArchiveEvent[] = [];
  #gatheredBytes = 0;
  #refusing = 0;
  #failure: { readonly error: unknown } | undefined;
  #failedFromMs = Number.POSITIVE_INFINITY;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get counts(): SentCounts {
    return this.#counts;
  }

  /** When the first record happened that is not accepted; `undefined` when all are. */
  get pendingFromMs(): number | undefined {
    const times = [...this.#underWay].map(({ firstMs }) => firstMs);
    const fromMs = Math.min(this.#failedFromMs, earliest(this.#gathered), ...times);
    return fromMs === Number.POSITIVE_INFINITY ? undefined : fromMs;
  }

  /** Takes a record. True when no other one fits into its call: `flush` is due. */
  add(event: ArchiveEvent): boolean {
    this.#gathered.push(event);
    this.#gatheredBytes += event.record.length;
    return this.#gathered.length >= BATCH_RECORDS_MAX || this.#gatheredBytes >= BATCH_BYTES_MAX;
  }

  /** Whether the record has to wait for a call of its own: `flush` first. */
  needsFlush({ record }: ArchiveEvent): boolean {
    if (this.#gathered.length === 0) return false;
    const overLimit = record.length > RECORD_BYTES_MAX || (this.#gathered[0]?.record.length ?? 0) > RECORD_BYTES_MAX;
    return overLimit || this.#gatheredBytes + record.length > BATCH_BYTES_MAX;
  }

  /** Sends what is gathered, once a call may begin. Throws what an earlier one failed with. */
  async flush(): Promise<void> {
    if (this.#gathered.length === 0) return;
    while (this.#underWay.size >= this.#options.callsMax || (this.#refusing > 0 && this.#underWay.size > 0)) {
      await Promise.race([...this.#underWay].map(({ done }) => done));
    }
    this.#throwFailure();
    const events = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const call: Call = { firstMs: earliest(events), done: Promise.resolve() };
    call.done = this.#send(events).then(
      () => void this.#underWay.delete(call),
      (error: unknown) => {
        this.#underWay.delete(call);
        this.#failure ??= { error };
        this.#failedFromMs = Math.min(this.#failedFromMs, call.firstMs);
      },
    );
    this.#underWay.add(call);
  }

  /** Resolves when all calls have ended. Throws what one of them failed with. */
  async settle(): Promise<void> {
    await Promise.all([...this.#underWay].map(({ done }) => done));
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #send(events: readonly ArchiveEvent[]): Promise<void> {
    const { firehose, stream, clock, random, signal } = this.#options;
    const records = events.map(({ record }) => record);
    let isRefusing = false;
    const refused = (begins: boolean) => {
      if (isRefusing !== begins) this.#refusing += begins ? 1 : -1;
      isRefusing = begins;
    };
    try {
      const { calls, resent } = await putBatch(firehose, records, {
        stream,
        random,
        // A wait means that something was refused. Only waits end with the signal: what a call did is worth knowing.
        clock: {
          ...clock,
          sleep: (ms) => {
            refused(true);
            return clock.sleep(ms, signal);
          },
        },
        repeats: (error) => this.#counts.calls > 0 && isPassing(error),
      });
      this.#counts.calls += calls;
      this.#counts.resent += resent;
      this.#counts.records += events.length;
      this.#counts.bytes += records.reduce((sum, { length }) => sum + length, 0);
    } catch (error) {
      if (!isTooLarge(records, error)) throw error;
      this.#counts.tooLarge++;
    } finally {
      refused(false);
    }
  }
}

interface Call {
  readonly firstMs: number;
  done: Promise<void>;
}

function earliest(events: readonly ArchiveEvent[]): number {
  return events.reduce((first, { timeMs }) => Math.min(first, timeMs), Number.POSITIVE_INFINITY);
}

/** A server that restarts, or has too much to do. That none was there at all is said at once, not after minutes. */
function isPassing(error: unknown): boolean {
  if (isUnreachable(error)) return true;
  const { $fault, name, code } = error as { readonly $fault?: string; readonly name?: string; readonly code?: string };
  if ($fault === "server" || name === "ThrottlingException" || name === "TimeoutError") return true;
  return code === "ECONNRESET" || code === "EPIPE" || /socket hang up/.test(reasonOf(error));
}

function isTooLarge(records: readonly Buffer[], error: unknown): boolean {
  const [only] = records;
  const isClientFault = (error as { readonly $fault?: string }).$fault === "client";
  return records.length === 1 && only !== undefined && only.length > RECORD_BYTES_MAX && isClientFault;
}
