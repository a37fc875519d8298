import { bytesBody } from "../../src/storage/bytes-body.ts";
import type { MultipartUploads, ObjectStore, PutObject } from "../../src/storage/object-store.ts";
import { ObjectStoreError } from "../../src/storage/object-store.ts";
import type { Draw } from "./draw.ts";
import { type Life, never, seenBy } from "./life.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

type Fault = "none" | "refused" | "lost-answer" | "late" | "hang" | "hang-after" | "conflict";

const FAULT_WEIGHTS = { refused: 3, "lost-answer": 4, late: 3, hang: 1, "hang-after": 1, conflict: 1 } as const;

/** A caller gives up after this. */
const TIME_OUT_MS = 30_000;

/** Requests of the dead still arrive within this. */
const LATE_MS_MAX = 90_000;

export interface NetworkOptions {
  readonly clock: SimulatedClock;
  readonly draw: Draw;
  readonly faultRate: number;
  /** Told of each object that somebody has just written. */
  readonly onWritten: (bucket: string, key: string) => Promise<void>;
  /** Told before a write takes effect: the moment for a stranger. */
  readonly beforeWrite: (bucket: string, key: string) => Promise<void>;
  /** Told when a write has taken effect and nobody knows yet: the moment for a crash. */
  readonly afterEffect: () => void;
}

/**
 * Between the process and a store. Requests and answers take time, get lost, arrive late; the store may be gone. What was
 * sent happens even if its sender is dead by then.
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly counts: Record<Fault | "gone", number> = {
    none: 0,
    refused: 0,
    "lost-answer": 0,
    late: 0,
    hang: 0,
    "hang-after": 0,
    conflict: 0,
    gone: 0,
  };
  #faultRate: number;
  #goneUntilMs = Number.NEGATIVE_INFINITY;
  #underWay = new Set<Promise<unknown>>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#faultRate = options.faultRate;
  }

  /** The store does not answer for a while. */
  goAway(ms: number): void {
    this.#goneUntilMs = this.#options.clock.monotonic() + ms;
  }

  heal(): void {
    this.#faultRate = 0;
    this.#goneUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** True while requests are on their way, those of dead processes included. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** A store as one life of the process sees it. */
  storeOf(life: Life, store: ObjectStore): ObjectStore {
    const call = <T>(effect: () => Promise<T>, written?: Named) => this.#call(life, effect, written);
    return {
      type: store.type,
      ensureBucket: (bucket) => call(() => store.ensureBucket(bucket)),
      probe: (bucket) => call(() => store.probe(bucket)),
      put: async (request) => {
        // A request under way carries its bytes along, whatever becomes of the file that they came from.
        const body = bytesBody(await request.body.read(0, request.body.bytes));
        return call(() => store.put(withoutSignal({ ...request, body })), request);
      },
      head: (bucket, key) => call(() => store.head(bucket, key)),
      get: (bucket, key, range) => call(() => store.get(bucket, key, range)),
      list: (bucket, options) => store.list(bucket, options),
      delete: (bucket, key) => call(() => store.delete(bucket, key)),
      ...(store.multipart ? { multipart: this.#uploadsOf(life, store.multipart) } : {}),
      close: async () => undefined,
    };
  }

  #uploadsOf(life: Life, uploads: MultipartUploads): MultipartUploads {
    const call = <T>(effect: () => Promise<T>, written?: Named) => this.#call(life, effect, written);
    return {
      putBytesMax: uploads.putBytesMax,
      partBytes: uploads.partBytes,
      create: (request) => call(() => uploads.create(withoutSignal(request))),
      uploadPart: (upload, number, bytes) => call(() => uploads.uploadPart(upload, number, Buffer.from(bytes))),
      complete: (upload, etags, request) =>
        call(() => uploads.complete(upload, etags, withoutSignal(request)), request),
      abort: (upload) => call(() => uploads.abort(upload)),
      listUploads: (bucket, prefix) => uploads.listUploads(bucket, prefix),
    };
  }

  #call<T>(life: Life, effect: () => Promise<T>, written: Named | undefined): Promise<T> {
    if (!life.isAlive()) return never();
    const { clock, draw } = this.#options;
    const gone = clock.monotonic() < this.#goneUntilMs;
    const fault: Fault = gone ? "refused" : draw.chance(this.#faultRate) ? draw.weighted(FAULT_WEIGHTS) : "none";
    this.counts[gone ? "gone" : fault]++;
    const happen = written === undefined ? effect : () => this.#write(written, effect);
    return seenBy(life, () => this.#travel(fault, happen));
  }

  async #travel<T>(fault: Fault, effect: () => Promise<T>): Promise<T> {
    const { clock, draw } = this.#options;
    const way = () => (draw.chance(0.5) ? Promise.resolve() : clock.sleep(draw.between(1, 60)));
    await way();
    switch (fault) {
      case "none":
        return await this.#remember(effect().finally(way));
      case "refused":
        throw new ObjectStoreError(draw.pick(["unavailable", "throttled", "denied"]), "The store refuses");
      case "conflict":
        throw new ObjectStoreError("conflict", "Another write is under way");
      case "hang":
        await clock.sleep(TIME_OUT_MS);
        break;
      case "lost-answer":
        await this.#remember(effect()).catch(() => undefined);
        break;
      case "hang-after":
        await this.#remember(effect()).catch(() => undefined);
        await clock.sleep(TIME_OUT_MS);
        break;
      case "late":
        void this.#remember(clock.sleep(draw.between(100, LATE_MS_MAX)).then(effect)).catch(() => undefined);
    }
    throw new ObjectStoreError("unknown-outcome", `No answer came (${fault})`);
  }

  #remember<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const done = () => this.#underWay.delete(work);
    work.then(done, done);
    return work;
  }

  async #write<T>({ bucket, key }: Named, effect: () => Promise<T>): Promise<T> {
    const { beforeWrite, onWritten, afterEffect } = this.#options;
    await beforeWrite(bucket, key);
    const result = await effect();
    await onWritten(bucket, key);
    afterEffect();
    return result;
  }
}

interface Named {
  readonly bucket: string;
  readonly key: string;
}

/** What the network has taken on is not taken back by the one who sent it. */
function withoutSignal<Request extends Pick<PutObject, "signal">>(request: Request): Request {
  const { signal: _, ...rest } = request;
  return rest as Request;
}
