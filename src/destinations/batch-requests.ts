import { type IdentifiedRecord, readIdentifiedRecords } from "../model/identified-records.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Attempt, DeliveryProof, Parcel } from "./destination.ts";
import { DestinationError } from "./destination-error.ts";

/**
 * Records to services whose requests take several of them and answer for each: PutRecords, SendMessageBatch.
 *
 * A request is done with before the next one begins that may hold records behind it: what the service has no room for now is
 * sent again alone, after a wait, for as long as some of it gets through. Only when nothing does for a while the attempt
 * fails, and the time for retries begins. A request that is refused as a whole for what some record in it holds is sent in
 * halves, down to that record.
 */
export interface BatchService<E extends BatchEntry> {
  readonly entriesMax: number;
  /** Of all entries of a request, as `BatchEntry.bytes` counts them. */
  readonly bytesMax: number;
  /** Requests under way at a time; 1 keeps the order of the records. */
  readonly requestsMax: number;
  entryOf(record: IdentifiedRecord): E | Refusal;
  /**
   * One answer for each entry, in order. Throws a `RequestRefused` for a request that is refused for what it holds, and a
   * `DestinationError` for everything else.
   */
  send(entries: readonly E[], signal: AbortSignal): Promise<readonly EntryAnswer[]>;
}

export interface BatchEntry {
  readonly bytes: number;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** `never`: the service will not take it however often it comes. `later`: it has no room for it now, or has failed. */
export type EntryAnswer = "taken" | (Refusal & { readonly verdict: "never" | "later" });

export class RequestRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause: unknown) {
    super(refusal.message, { cause });
    this.refusal = refusal;
  }
}

/** Waits in which nothing of a request gets through, before the attempt fails. */
const IDLE_WAITS_MAX = 4;
const WAIT_MS_MAX = 2_000;

export async function deliverInBatches<E extends BatchEntry>(
  parcel: Parcel,
  attempt: Attempt,
  service: BatchService<E>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<DeliveryProof> {
  const requests = requestsOf(parcel, attempt, service);
  const sender = new RequestSender(service, attempt, clock, random);
  const work = async () => {
    for await (const placed of requests) await sender.settle(placed);
  };
  const ended = await Promise.allSettled(Array.from({ length: service.requestsMax }, work));
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
}

interface Placed<E> {
  readonly index: number;
  readonly entry: E;
}

/** Ends for all who read it as soon as one of them fails. */
async function* requestsOf<E extends BatchEntry>(
  { body }: Parcel,
  { progress, number, signal }: Attempt,
  service: BatchService<E>,
): AsyncGenerator<readonly Placed<E>[], void, void> {
  let request: Placed<E>[] = [];
  let bytes = 0;
  for await (const records of readIdentifiedRecords(body)) {
    signal.throwIfAborted();
    for (const record of records) {
      if (progress.isSettled(record.index)) continue;
      const entry = service.entryOf(record);
      if ("code" in entry) {
        progress.refused(record.index, { ...entry, attempts: number });
        continue;
      }
      if (request.length === service.entriesMax || (request.length > 0 && bytes + entry.bytes > service.bytesMax)) {
        yield request;
        request = [];
        bytes = 0;
      }
      request.push({ index: record.index, entry });
      bytes += entry.bytes;
    }
  }
  if (request.length > 0) yield request;
}

class RequestSender<E extends BatchEntry> {
  readonly #service: BatchService<E>;
  readonly #attempt: Attempt;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(service: BatchService<E>, attempt: Attempt, clock: Clock, random: Random) {
    this.#service = service;
    this.#attempt = attempt;
    this.#clock = clock;
    this.#random = random;
  }

  async settle(request: readonly Placed<E>[]): Promise<void> {
    const { signal } = this.#attempt;
    let left = request;
    for (let idle = 0; left.length > 0; ) {
      const { later, reason } = await this.#send(left);
      if (later.length === 0) return;
      idle = later.length < left.length ? 0 : idle + 1;
      if (idle > IDLE_WAITS_MAX) throw noRoom(later.length, reason);
      await this.#clock.sleep(backoffMs(idle + 1, this.#random, { maxMs: WAIT_MS_MAX }), signal);
      left = later;
    }
  }

  async #send(request: readonly Placed<E>[]): Promise<Unsettled<E>> {
    const { signal } = this.#attempt;
    try {
      const answers = await this.#service.send(
        request.map(({ entry }) => entry),
        signal,
      );
      return this.#take(request, answers);
    } catch (error) {
      if (error instanceof RequestRefused) return this.#sendHalves(request, error.refusal);
      if (error instanceof DestinationError && error.isDoubtful) this.#attempt.progress.isDoubtful = true;
      throw error;
    }
  }

  #take(request: readonly Placed<E>[], answers: readonly EntryAnswer[]): Unsettled<E> {
    const { progress, number } = this.#attempt;
    const later: Placed<E>[] = [];
    let reason: Refusal | undefined;
    for (const [place, placed] of request.entries()) {
      const answer = answers[place];
      if (answer === "taken") progress.delivered(placed.index);
      else if (answer?.verdict === "never") {
        progress.refused(placed.index, { code: answer.code, message: answer.message, attempts: number });
      } else {
        later.push(placed);
        reason ??= answer;
      }
    }
    return { later, reason };
  }

  async #sendHalves(request: readonly Placed<E>[], refusal: Refusal): Promise<Unsettled<E>> {
    const [first] = request;
    if (request.length === 1 && first !== undefined) {
      this.#attempt.progress.refused(first.index, { ...refusal, attempts: this.#attempt.number });
      return { later: [], reason: undefined };
    }
    const half = Math.ceil(request.length / 2);
    const front = await this.#send(request.slice(0, half));
    const back = await this.#send(request.slice(half));
    return { later: [...front.later, ...back.later], reason: front.reason ?? back.reason };
  }
}

interface Unsettled<E> {
  readonly later: readonly Placed<E>[];
  /** What was said of the first of them. */
  readonly reason: Refusal | undefined;
}

function noRoom(records: number, reason: Refusal | undefined): DestinationError {
  const { code = "NoAnswer", message = "the answer does not speak of them" } = reason ?? {};
  return new DestinationError("no-room", `${records} records were not taken for now: ${message}`, {
    retriable: true,
    logCode: code,
  });
}
