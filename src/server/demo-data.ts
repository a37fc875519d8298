import type { DemoData, DemoDataRequest, DemoDataStatus } from "../api/admin/endpoint.ts";
import { generate, generators } from "../generators/registry.ts";
import { reasonOf } from "../model/errors.ts";
import { packRecords } from "../model/records.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import { StreamError } from "../streams/stream-error.ts";
import type { Streams } from "../streams/streams.ts";

/** Records are made in steps: a timer for each of ten thousand a second would be all that the server does. */
const STEP_MS = 100;

/** Streams whose last sending is remembered. */
const REMEMBERED_MAX = 1000;

export interface DemoDataOptions {
  readonly streams: Pick<Streams, "intake">;
  readonly clock: Clock;
  readonly random: Random;
}

interface Sending {
  status: DemoDataStatus;
  readonly stopping: AbortController;
  ended: Promise<void>;
}

/** Sends what the generators make up, through the intake that all producers go through, and forgets it at a restart. */
export class DemoDataSenders implements DemoData {
  readonly generators = generators.map(({ name, summary }) => ({ name, summary }));
  readonly #options: DemoDataOptions;
  readonly #sendings = new Map<string, Sending>();

  constructor(options: DemoDataOptions) {
    this.#options = options;
  }

  async start(stream: string, request: DemoDataRequest): Promise<DemoDataStatus> {
    const { clock, random, streams } = this.#options;
    streams.intake(stream);
    const startMs = clock.now();
    const seed = random.bytes(4).readUInt32BE();
    const intervalMs = 1000 / request.perSecond;
    const events = generate(request.generator, { seed, startMs, badShare: request.badShare, intervalMs });
    await this.stop(stream);
    const status: DemoDataStatus = { ...request, state: "sending", startedAt: startMs, accepted: 0, refused: 0 };
    const sending: Sending = { status, stopping: new AbortController(), ended: Promise.resolve() };
    this.#remember(stream, sending);
    sending.ended = this.#send(stream, sending, events);
    return status;
  }

  async stop(stream: string): Promise<void> {
    const sending = this.#sendings.get(stream);
    sending?.stopping.abort(new Error("Nothing more shall be sent"));
    await sending?.ended;
  }

  of(stream: string): DemoDataStatus | undefined {
    return this.#sendings.get(stream)?.status;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sendings.keys()].map((stream) => this.stop(stream)));
  }

  async #send(stream: string, sending: Sending, events: Iterator<Buffer>): Promise<void> {
    const { clock } = this.#options;
    const { signal } = sending.stopping;
    const { perSecond, seconds } = sending.status;
    const startedAt = clock.monotonic();
    const total = Math.ceil(perSecond * seconds);
    let made = 0;
    let failure: string | undefined;
    try {
      while (made < total && !signal.aborted) {
        const due = Math.min(total, Math.floor(((clock.monotonic() - startedAt) * perSecond) / 1000) + 1);
        // What a busy server fell behind is not made up for: at most a second is sent at once.
        const count = Math.min(due - made, Math.ceil(perSecond));
        if (count > 0) await this.#put(stream, sending, events, count);
        made = due;
        if (made < total) await clock.sleep(Math.max(STEP_MS, 1000 / perSecond), signal).catch(() => undefined);
      }
    } catch (error) {
      failure = reasonOf(error);
    }
    sending.status = { ...sending.status, state: "ended", ...(failure !== undefined && { failure }) };
  }

  async #put(stream: string, sending: Sending, events: Iterator<Buffer>, count: number): Promise<void> {
    const records = Array.from({ length: count }, () => withLineFeed(events.next().value));
    const refused = await this.#refusedOf(stream, records);
    const { status } = sending;
    sending.status = {
      ...status,
      accepted: status.accepted + count - refused,
      refused: status.refused + refused,
    };
  }

  async #refusedOf(stream: string, records: readonly Buffer[]): Promise<number> {
    const intake = this.#options.streams.intake(stream);
    try {
      const { refused } = await intake.accept({ records: packRecords(records), call: "demo" });
      return refused.length;
    } catch (error) {
      if (error instanceof StreamError && error.code === "slow-down") return records.length;
      throw error;
    }
  }

  /** The oldest that has ended makes room. */
  #remember(stream: string, sending: Sending): void {
    this.#sendings.delete(stream);
    this.#sendings.set(stream, sending);
    if (this.#sendings.size <= REMEMBERED_MAX) return;
    const [old] = [...this.#sendings].find(([, { status }]) => status.state === "ended") ?? [];
    if (old !== undefined) this.#sendings.delete(old);
  }
}

function withLineFeed(event: Buffer): Buffer {
  return event.at(-1) === 10 ? event : Buffer.concat([event, Buffer.from("\n")]);
}
