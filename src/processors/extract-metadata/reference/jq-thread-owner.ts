import { Worker } from "node:worker_threads";
import type { Clock } from "../../../std/clock.ts";
import { siblingModule } from "../../../std/sibling-module.ts";
import type { JqQuestion, JqReply, JqThreadData } from "./jq-protocol.ts";

/** JavaScript's own share of the thread's memory: input and output of one call, several times over. */
const HEAP_MEGABYTES_MAX = 256;

export type TimedReply = JqReply | { readonly kind: "late" };

/** One thread with jq in it, seen from outside. It keeps the process alive only while a question is open. */
export class JqThreadOwner {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #replies: JqReply[] = [];
  #waiting: ((reply: JqReply) => void) | undefined;

  constructor(data: JqThreadData, clock: Clock) {
    this.#clock = clock;
    // What jq writes to its standard error (`debug`, `stderr`) is not ours to print.
    const output = { stdout: true, stderr: true };
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX };
    this.#worker = new Worker(siblingModule("jq-thread", import.meta.url), {
      workerData: data,
      resourceLimits,
      ...output,
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on("message", (reply: JqReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#take({ kind: "broken", problem: String(error) }));
    this.#worker.on("exit", () => this.#take({ kind: "broken", problem: "jq has ended" }));
  }

  ask(question: JqQuestion): void {
    this.#worker.postMessage(question);
  }

  /** The next reply, unless it takes longer. */
  async reply(withinMs: number): Promise<TimedReply> {
    const early = this.#replies.shift();
    if (early !== undefined) return early;
    this.#worker.ref();
    const timer = new AbortController();
    const next = new Promise<JqReply>((resolve) => {
      this.#waiting = resolve;
    });
    const late = this.#clock.sleep(withinMs, timer.signal).then(
      (): TimedReply => ({ kind: "late" }),
      (): TimedReply => ({ kind: "late" }),
    );
    const reply = await Promise.race([next, late]);
    this.#waiting = undefined;
    timer.abort();
    this.#worker.unref();
    return reply;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(reply: JqReply): void {
    if (this.#waiting === undefined) this.#replies.push(reply);
    else this.#waiting(reply);
    this.#waiting = undefined;
  }
}
