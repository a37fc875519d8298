import { Worker } from "node:worker_threads";
import type { Clock } from "../../std/clock.ts";
import { siblingModule } from "../../std/sibling-module.ts";

export interface Md5Request {
  readonly id: number;
  readonly memory?: ArrayBuffer;
  /** Of `memory`, from its beginning. */
  readonly bytes: number;
  /** `digest`: the answer has it. `forget`: nobody wants it any more. */
  readonly end?: "digest" | "forget";
}

export interface Md5Reply {
  readonly id: number;
  readonly memory?: ArrayBuffer | undefined;
  readonly digest?: string;
}

/** One hash under way. Calls follow each other: each waits for the one before. */
export interface Md5 {
  /** Takes a copy. Resolves once it is hashed. */
  update(pieces: readonly Uint8Array[], bytes: number): Promise<void>;
  digest(): Promise<string>;
  forget(): void;
}

/** A thread costs some megabytes: one that nobody has asked for so long is ended. */
const IDLE_MS = 30_000;

/** Memory of this size that has come back is used again. */
const MEMORY_BYTES = 1024 * 1024 + 128 * 1024;
const SPARE_MAX = 4;

/**
 * MD5 beside the event loop, since it is most of what a large upload costs there: 8 MiB take 12 ms, as long as everything
 * else together (measured). Node has no such hash off the thread that asks for it, so there is a thread for it; pieces are
 * copied once into memory that changes hands without another copy.
 */
export class Md5Thread {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, PromiseWithResolvers<Md5Reply>>();
  readonly #spare: ArrayBuffer[] = [];
  #worker: Worker | undefined;
  #open = 0;
  #lastId = 0;
  #idle = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): Md5 {
    this.#idle.abort();
    this.#open++;
    const id = ++this.#lastId;
    let worker: Worker | undefined;
    // What a thread has hashed goes with it: another one would hash the rest as if it were all.
    const ask = (request: Md5Request) => {
      if (worker !== undefined && worker !== this.#worker) return Promise.reject(hasEnded());
      worker = this.#started();
      return this.#ask(worker, request);
    };
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      this.#open--;
      if (this.#open === 0) this.#endWhenIdle();
    };
    return {
      update: async (pieces, bytes) => {
        const memory = this.#memoryFor(bytes);
        copyInto(memory, pieces);
        await ask({ id, memory, bytes });
      },
      digest: async () => {
        const { digest = "" } = await ask({ id, bytes: 0, end: "digest" }).finally(end);
        return digest;
      },
      forget: () => {
        worker?.postMessage({ id, bytes: 0, end: "forget" } satisfies Md5Request);
        end();
      },
    };
  }

  async close(): Promise<void> {
    this.#idle.abort();
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#fail(worker, hasEnded());
    await worker.terminate();
  }

  #ask(worker: Worker, request: Md5Request): Promise<Md5Reply> {
    const reply = Promise.withResolvers<Md5Reply>();
    this.#waiting.set(request.id, reply);
    worker.postMessage(request, request.memory === undefined ? [] : [request.memory]);
    return reply.promise;
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(siblingModule("md5-worker", import.meta.url));
    worker.on("message", (reply: Md5Reply) => this.#take(reply));
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, hasEnded()));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #take(reply: Md5Reply): void {
    const { id, memory } = reply;
    if (memory?.byteLength === MEMORY_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(memory);
    this.#waiting.get(id)?.resolve(reply);
    this.#waiting.delete(id);
  }

  /** Hashes that were under way are lost; the next begins on a new thread. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const reply of this.#waiting.values()) reply.reject(error);
    this.#waiting.clear();
  }

  #memoryFor(bytes: number): ArrayBuffer {
    if (bytes > MEMORY_BYTES) return new ArrayBuffer(bytes);
    return this.#spare.pop() ?? new ArrayBuffer(MEMORY_BYTES);
  }

  #endWhenIdle(): void {
    this.#idle = new AbortController();
    this.#clock.sleep(IDLE_MS, this.#idle.signal).then(
      () => this.close(),
      () => undefined,
    );
  }
}

function hasEnded(): Error {
  return new Error("The thread that hashes has ended");
}

function copyInto(memory: ArrayBuffer, pieces: readonly Uint8Array[]): void {
  const target = new Uint8Array(memory);
  let at = 0;
  for (const piece of pieces) {
    target.set(piece, at);
    at += piece.byteLength;
  }
}
