import type { Clock } from "../../../std/clock.ts";
import { parseRecord } from "../../parse-record.ts";
import { problem } from "../partition-values.ts";
import type { Answer, CallingEngine } from "../query-engine.ts";
import { answerOfLine, documentOf } from "./jq-call.ts";
import { JqThreadOwner } from "./jq-thread-owner.ts";

/** Limits of our own; a query that needs more is a mistake, and the records that show it go to the error output. */
export const JQ_LIMITS: JqLimits = {
  startMs: 30_000,
  callMs: 5_000,
  recordMs: 1_000,
  runawaysMax: 3,
  callBytesMax: 4 * 1024 * 1024,
  memoryBytesMax: 256 * 1024 * 1024,
  idleMs: 60_000,
};

export interface JqLimits {
  /** Loading jq and compiling the query. */
  readonly startMs: number;
  /** One call, with as many records as had gathered. */
  readonly callMs: number;
  /** One record, once a call had to be ended. */
  readonly recordMs: number;
  /** Records of one call that may run away, one after another; then the rest of the call is given up. */
  readonly runawaysMax: number;
  /** Records that share a call. */
  readonly callBytesMax: number;
  readonly memoryBytesMax: number;
  /** A thread that nobody has asked for so long is ended; the next question starts another. */
  readonly idleMs: number;
}

export interface JqEngineOptions {
  readonly query: string;
  readonly keysMax: number;
  readonly clock: Clock;
  readonly limits?: JqLimits;
}

/**
 * jq itself, for what our own engine leaves to it. A call costs about a millisecond whatever it holds, so batches that
 * wait at the same time share one. A call that does not come back is ended with its thread, and its records are asked
 * one by one, so that one record cannot take the others with it.
 */
export function jqEngine(options: JqEngineOptions): CallingEngine {
  return new JqEngine(options);
}

interface Waiting {
  readonly documents: readonly string[];
  readonly resolve: (answers: Answer[]) => void;
  readonly reject: (error: unknown) => void;
}

class JqEngine implements CallingEngine {
  readonly pure = false;
  readonly #options: JqEngineOptions;
  readonly #limits: JqLimits;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #thread: JqThreadOwner | undefined;
  #refusal: Answer | undefined;
  #idle = new AbortController();

  constructor(options: JqEngineOptions) {
    this.#options = options;
    this.#limits = options.limits ?? JQ_LIMITS;
  }

  async answer(records: readonly Buffer[], signal: AbortSignal): Promise<Answer[]> {
    signal.throwIfAborted();
    const documents = records.map(readDocument);
    const asked = documents.filter((document) => document !== undefined);
    const answers = asked.length === 0 ? [] : await this.#enqueue(asked, signal);
    let next = 0;
    return documents.map((document) => (document === undefined ? NOT_JSON : (answers[next++] ?? NO_ANSWER)));
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#stop();
  }

  async #enqueue(documents: readonly string[], signal: AbortSignal): Promise<Answer[]> {
    const abandoned = Promise.withResolvers<Answer[]>();
    const abandon = () => abandoned.reject(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    try {
      const answered = new Promise<Answer[]>((resolve, reject) => {
        this.#waiting.push({ documents, resolve, reject });
      });
      this.#running ??= this.#run();
      return await Promise.race([answered, abandoned.promise]);
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  async #run(): Promise<void> {
    this.#idle.abort();
    for (let call = this.#nextCall(); call.length > 0; call = this.#nextCall()) {
      try {
        const answers = await this.#askAll(call.flatMap(({ documents }) => documents));
        let from = 0;
        for (const { documents, resolve } of call) {
          resolve(answers.slice(from, from + documents.length));
          from += documents.length;
        }
      } catch (error) {
        for (const { reject } of call) reject(error);
      }
    }
    this.#running = undefined;
    this.#stopWhenIdle();
  }

  /** At least one of those who wait, and as many as fit. */
  #nextCall(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { documents } of this.#waiting) {
      bytes += documents.reduce((sum, document) => sum + document.length, 0);
      if (count > 0 && bytes > this.#limits.callBytesMax) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #askAll(documents: readonly string[]): Promise<Answer[]> {
    const thread = await this.#open();
    if (thread === undefined) return documents.map(() => this.#refusal ?? NO_ANSWER);
    thread.ask({ documents, each: false });
    const reply = await thread.reply(this.#limits.callMs);
    if (reply.kind === "answers" && reply.lines.length === documents.length) {
      return reply.lines.map((line) => this.#answerOf(line));
    }
    if (reply.kind !== "answers") await this.#stop();
    return this.#askEach(documents);
  }

  async #askEach(documents: readonly string[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let runaways = 0; runaways < this.#limits.runawaysMax && answers.length < documents.length; runaways++) {
      const thread = await this.#open();
      if (thread === undefined) break;
      thread.ask({ documents: documents.slice(answers.length), each: true });
      const failure = await this.#collect(thread, documents.length, answers);
      if (failure === undefined) break;
      answers.push(failure);
      await this.#stop();
    }
    while (answers.length < documents.length) answers.push(this.#refusal ?? GIVEN_UP);
    return answers;
  }

  /** Answers until all are there, or the reason why the next one does not come. */
  async #collect(thread: JqThreadOwner, count: number, answers: Answer[]): Promise<Answer | undefined> {
    while (answers.length < count) {
      const reply = await thread.reply(this.#limits.recordMs);
      if (reply.kind === "late") return problem(`the query took longer than ${this.#limits.recordMs} ms`);
      if (reply.kind === "broken") return problem(`jq broke off: ${reply.problem}`);
      if (reply.kind !== "answer") return NO_ANSWER;
      answers.push(reply.line === undefined ? ENDED : this.#answerOf(reply.line));
    }
    return undefined;
  }

  /** `undefined` when jq does not take the query, or does not start. */
  async #open(): Promise<JqThreadOwner | undefined> {
    if (this.#refusal !== undefined) return undefined;
    if (this.#thread !== undefined) return this.#thread;
    const { query, clock } = this.#options;
    const thread = new JqThreadOwner({ query, memoryBytesMax: this.#limits.memoryBytesMax }, clock);
    this.#thread = thread;
    const reply = await thread.reply(this.#limits.startMs);
    if (reply.kind === "ready" && reply.problem === undefined) return thread;
    await this.#stop();
    if (reply.kind !== "ready") throw new Error(`jq did not start: ${"problem" in reply ? reply.problem : reply.kind}`);
    this.#refusal = problem(`jq does not take the query: ${reply.problem}`);
    return undefined;
  }

  async #stop(): Promise<void> {
    this.#idle.abort();
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.stop();
  }

  #stopWhenIdle(): void {
    this.#idle = new AbortController();
    const { signal } = this.#idle;
    const stop = () => (signal.aborted ? undefined : this.#stop());
    this.#options.clock.sleep(this.#limits.idleMs, signal).then(stop, () => undefined);
  }

  #answerOf(line: string): Answer {
    return answerOfLine(line, this.#options.keysMax);
  }
}

const NOT_JSON: Answer = problem("the record is not one JSON value");
const NO_ANSWER: Answer = problem("jq gave no answer");
const ENDED: Answer = problem("the query ended jq");
const GIVEN_UP: Answer = problem("the query ran away on records that came before this one");

function readDocument(record: Buffer): string | undefined {
  const value = parseRecord(record);
  return value === undefined ? undefined : documentOf(value);
}
