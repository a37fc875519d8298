import { createHash } from "node:crypto";
import { type PackedRecords, recordAt, recordCount } from "../model/records.ts";
import type { Inlet, InletHooks, UpstreamMessage, UpstreamPlace } from "../sources/inlet.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { JsonObject } from "../std/json.ts";
import { Notifier } from "../std/notifier.ts";
import type { Random } from "../std/random.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Deliver } from "./event-delivery.ts";
import { EventLane } from "./event-lane.ts";
import type { EventShape } from "./trigger-kind.ts";

export interface EventInletOptions extends InletHooks {
  readonly checkpoints: Checkpoints;
  readonly deliver: Deliver;
  readonly shape: EventShape;
  readonly batch: BatchSettings;
  readonly clock: Clock;
  readonly random: Random;
}

export interface BatchSettings {
  readonly eventsMax: number;
  readonly bytesMax: number;
  readonly windowMs: number;
  /** Calls at a time for each part. */
  readonly lanes: number;
}

/**
 * The inlet of a trigger: what is appended goes to its target, in batches. Events of one part are taken in their order, or
 * those of one key where several calls may be under way; the place of a part is stored once everything before it was taken
 * or given up. So after a crash a batch may be sent again, and none is left out.
 *
 * `append` resolves as soon as there is room for more, so that a batch can gather what the upstream hands over bit by bit;
 * the upstream has nothing to be told. `appendMessages` resolves once they are taken, for a queue wants to know.
 */
export class EventInlet implements Inlet {
  readonly #options: EventInletOptions;
  readonly #parts = new Map<string, PartQueue>();

  constructor(options: EventInletOptions) {
    this.#options = options;
  }

  position(part: string): Uint8Array | undefined {
    return this.#options.checkpoints.get(part);
  }

  async append(records: PackedRecords, { part, position }: UpstreamPlace): Promise<void> {
    const events = Array.from({ length: recordCount(records) }, (_, index) => Buffer.from(recordAt(records, index)));
    const queue = this.#part(part);
    queue.add(events, position);
    await queue.room();
    // Where a part begins has to be known before anything happens: without a place it would begin later after a crash.
    if (events.length === 0 && this.position(part) === undefined) await queue.stored();
  }

  async appendMessages(messages: readonly UpstreamMessage[]): Promise<ReadonlySet<UpstreamMessage>> {
    const queue = this.#part("");
    const refused = await queue.add(messages.map(({ bytes }) => bytes)).taken;
    return new Set([...refused].flatMap((index) => messages[index] ?? []));
  }

  /** Resolves once the places of what was taken are stored, or cannot be. */
  async settled(): Promise<void> {
    await Promise.all([...this.#parts.values()].map((queue) => queue.stored()));
  }

  #part(part: string): PartQueue {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const made = new PartQueue(part, this.#options);
    this.#parts.set(part, made);
    return made;
  }
}

/** Events that were appended in one call: their place counts once none of them is under way. */
interface Call {
  remaining: number;
  readonly position: Uint8Array | undefined;
  /** Indexes of those that the target did not take and that shall come again. */
  readonly refused: Set<number>;
  readonly taken: PromiseWithResolvers<ReadonlySet<number>>;
  readonly events: number;
  readonly bytes: number;
}

/** The events of one part, on their way through its lanes. */
class PartQueue {
  readonly #part: string;
  readonly #options: EventInletOptions;
  readonly #lanes: readonly EventLane[];
  readonly #calls: Call[] = [];
  readonly #moved = new Notifier();
  #waiting = 0;
  #waitingBytes = 0;
  /** The newest place that has to be stored. */
  #place: Uint8Array | undefined;
  #storing: Promise<void> | undefined;

  constructor(part: string, options: EventInletOptions) {
    this.#part = part;
    this.#options = options;
    const { batch, deliver, clock, signal } = options;
    this.#lanes = Array.from({ length: options.shape.keyOf === undefined ? 1 : batch.lanes }, () => {
      const lane = new EventLane({ ...batch, clock, signal, deliver: (events) => deliver(part, events) });
      lane.run().catch((error: unknown) => this.#fail(error));
      return lane;
    });
  }

  add(events: readonly Buffer[], position?: Uint8Array): { readonly taken: Promise<ReadonlySet<number>> } {
    this.#options.signal.throwIfAborted();
    const taken = Promise.withResolvers<ReadonlySet<number>>();
    taken.promise.catch(() => undefined);
    const bytes = events.reduce((sum, event) => sum + event.length, 0);
    const call: Call = { remaining: events.length, position, refused: new Set(), taken, events: events.length, bytes };
    this.#calls.push(call);
    this.#waiting += events.length;
    this.#waitingBytes += bytes;
    for (const [index, event] of events.entries()) {
      const end = (refused: boolean) => {
        this.#waitingBytes -= event.length;
        this.#onEnd(call, index, refused);
      };
      this.#laneOf(event).add({ bytes: event, since: this.#options.clock.monotonic(), end });
    }
    if (events.length === 0) this.#advance();
    return { taken: taken.promise };
  }

  /** Resolves while at most two batches a lane wait. */
  async room(): Promise<void> {
    const { signal } = this.#options;
    while (this.#isFull()) await this.#moved.wait(signal);
    signal.throwIfAborted();
  }

  /** Resolves once what is to be stored is, or cannot be because the attempt has ended. */
  async stored(): Promise<void> {
    await this.#storing;
  }

  #isFull(): boolean {
    const { eventsMax, bytesMax } = this.#options.batch;
    const batches = 2 * this.#lanes.length;
    return this.#waiting > batches * eventsMax || this.#waitingBytes > batches * bytesMax;
  }

  #laneOf(event: Buffer): EventLane {
    const { keyOf } = this.#options.shape;
    const [only] = this.#lanes;
    if (only === undefined) throw new Error("a part has a lane");
    if (keyOf === undefined || this.#lanes.length === 1) return only;
    const key = keyOf(JSON.parse(event.toString()) as JsonObject);
    const hash = createHash("sha256").update(key).digest().readUInt32LE(0);
    return this.#lanes[hash % this.#lanes.length] ?? only;
  }

  #onEnd(call: Call, index: number, refused: boolean): void {
    if (refused) call.refused.add(index);
    call.remaining--;
    this.#waiting--;
    this.#moved.notify();
    if (call.remaining === 0) this.#advance();
  }

  /** Takes calls off the front that are done; the last of them says where the part stands. */
  #advance(): void {
    let position: Uint8Array | undefined;
    for (let call = this.#calls[0]; call?.remaining === 0; call = this.#calls[0]) {
      this.#calls.shift();
      position = call.position ?? position;
      this.#options.onAppended({ records: call.events - call.refused.size, bytes: call.bytes, duplicates: 0 });
      call.taken.resolve(call.refused);
    }
    if (position !== undefined) this.#store(position);
  }

  #store(position: Uint8Array): void {
    this.#place = position;
    this.#storing ??= this.#storeNewest();
  }

  /**
   * A place that cannot be stored is stored later, or a newer one in its stead; until then a crash sends more events again.
   * What was taken while the attempt ended is stored, too, if that works at once.
   */
  async #storeNewest(): Promise<void> {
    const { checkpoints, clock, random, signal } = this.#options;
    for (let attempt = 1; this.#place !== undefined; attempt++) {
      const place = this.#place;
      try {
        await checkpoints.move(this.#part, place);
        attempt = 0;
        if (this.#place === place) this.#place = undefined;
      } catch {
        if (signal.aborted) break;
        await clock.sleep(backoffMs(attempt, random), signal).catch(() => undefined);
      }
    }
    this.#storing = undefined;
  }

  #fail(error: unknown): void {
    for (const call of this.#calls) call.taken.reject(error);
    this.#moved.notify();
  }
}
