import type { ErrorSample, ErrorSampleRequest, RedriveRequest, RedriveStatus } from "../sources/source.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import type { ReplayStatus, StartReplay } from "./replay.ts";
import { endedReplay, type ReplayEnd, replayIn, withReplay } from "./replay-list.ts";
import { baseDelivery, planReplay } from "./replay-plan.ts";
import { StreamError } from "./stream-error.ts";
import type { StreamRuntime } from "./stream-runtime.ts";
import type { Repeats } from "./streams.ts";

/** What `StreamRepeats` needs of the service that owns the streams. */
export interface StreamOwner {
  /** Runs alone among the changes of one stream. */
  run<T>(name: string, task: () => Promise<T>): Promise<T>;
  require(name: string): StoredStream;
  runtime(name: string): StreamRuntime;
  /** Durable when it resolves; the runtime knows it then too. */
  replace(stored: StoredStream): Promise<unknown>;
  startReplay(name: string, replayId: string): Promise<void>;
}

/** Redrives and replays of all streams. Durable first, as with everything that happens to a stream. */
export class StreamRepeats implements Repeats {
  readonly #dependencies: StreamDependencies;
  readonly #owner: StreamOwner;

  constructor(dependencies: StreamDependencies, owner: StreamOwner) {
    this.#dependencies = dependencies;
    this.#owner = owner;
  }

  async redrive(name: string, deliveryId: string | undefined, request: RedriveRequest): Promise<RedriveStatus> {
    const { document } = this.#requireActive(name);
    return this.#owner.runtime(name).redrives.start(baseDelivery(document, deliveryId).id, request);
  }

  redrives(name: string): readonly RedriveStatus[] {
    this.#owner.require(name);
    return this.#owner.runtime(name).redrives.list();
  }

  async errors(name: string, deliveryId: string | undefined, request: ErrorSampleRequest): Promise<ErrorSample> {
    const { document } = this.#owner.require(name);
    return this.#owner.runtime(name).redrives.errors(baseDelivery(document, deliveryId).id, request);
  }

  async cancelRedrive(name: string, deliveryId: string | undefined, id: number): Promise<RedriveStatus> {
    const { document } = this.#owner.require(name);
    return this.#owner.runtime(name).redrives.cancel(baseDelivery(document, deliveryId).id, id);
  }

  replay(name: string, request: StartReplay): Promise<ReplayStatus> {
    return this.#owner.run(name, async () => {
      const stored = this.#requireActive(name);
      const runtime = this.#owner.runtime(name);
      // Leased first: what the plan finds in the log must still be there when the replay begins.
      const lease = runtime.lease(runtime.reader.start);
      try {
        const { random, clock } = this.#dependencies;
        const made = { id: random.bytes(6).toString("hex"), createdAt: clock.now() };
        const replay = await planReplay(stored.document, runtime.reader, request, made);
        await this.#owner.replace({ ...stored, replays: withReplay(stored.replays, replay) });
        await this.#owner.startReplay(name, replay.id);
        return replayIn(runtime.replays(), replay.id);
      } finally {
        lease.release();
      }
    });
  }

  replays(name: string): readonly ReplayStatus[] {
    this.#owner.require(name);
    return this.#owner.runtime(name).replays();
  }

  cancelReplay(name: string, replayId: string): Promise<ReplayStatus> {
    return this.#owner.run(name, async () => {
      const stored = this.#owner.require(name);
      if (replayIn(stored.replays, replayId).state === "running") {
        await this.end(stored, replayId, { state: "cancelled" });
      }
      return replayIn(this.#owner.runtime(name).replays(), replayId);
    });
  }

  /** To be called inside the stream's queue. Files that a crash leaves behind go at the next start. */
  async end(stored: StoredStream, id: string, how: ReplayEnd): Promise<void> {
    const { replays, ended } = endedReplay(stored.replays, id, { ...how, endedAt: this.#dependencies.clock.now() });
    await this.#owner.replace({ ...stored, replays });
    await this.#owner.runtime(stored.document.name).endReplay(ended);
  }

  #requireActive(name: string): StoredStream {
    const stored = this.#owner.require(name);
    const { status } = stored.document;
    if (status === "ACTIVE") return stored;
    throw new StreamError("wrong-state", `Stream ${name} is in state ${status}`, { status });
  }
}
