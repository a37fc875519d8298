import type { LogReader } from "../log/log.ts";
import { type Batch, recordCount, sliceRecords } from "../model/records.ts";
import { askChain, type ChainContext } from "./ask-chain.ts";
import { READ_BYTES } from "./outcome-source.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { AskedBatch } from "./runs.ts";

/** A read of the log with what the chain says of it. Nothing is grouped, counted or durable yet. */
export interface Read {
  readonly asked: readonly AskedBatch[];
  /** Offset behind the last record. */
  readonly nextOffset: number;
  /** As the log gave them: their memory goes back there. */
  readonly batches: readonly Batch[];
}

/**
 * Reads the log and asks the chain, one read ahead: while outcomes are staged, gathered and written, functions work on what
 * comes next. What was asked ahead of a change of the plan is asked again under the new one, as after a crash.
 */
export class ReadAhead {
  readonly #reader: LogReader;
  readonly #context: ChainContext;
  #ahead: Ahead | undefined;

  constructor(reader: LogReader, context: ChainContext) {
    this.#reader = reader;
    this.#context = context;
  }

  /** What stands from `position` on, a few MiB at most; no batch when the log ends there. */
  async take(position: number, runner: PlanRunner): Promise<Read> {
    const ahead = this.#ahead;
    if (ahead?.position !== position || ahead.runner !== runner) {
      await this.drop();
      return this.#read(position, runner, this.#context);
    }
    this.#ahead = undefined;
    return ahead.read;
  }

  /** Begins what will be taken next, if there is enough of it to be worth a read of its own. */
  begin(position: number, runner: PlanRunner): void {
    const { signal } = this.#context;
    if (signal.aborted || this.#reader.bytesFrom(position) < WORTH_BYTES) return;
    const ending = new AbortController();
    const onAbort = () => ending.abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    const read = this.#read(position, runner, { ...this.#context, signal: ending.signal });
    // Whoever takes it is told of a failure; nobody may.
    void read.catch(() => undefined).finally(() => signal.removeEventListener("abort", onAbort));
    this.#ahead = { position, runner, read, ending };
  }

  /** Nobody waits for what a function says to a question that does not count. */
  async drop(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    ahead?.ending.abort(new Error("The plan has changed"));
    const read = await ahead?.read.catch(() => undefined);
    if (read) this.#reader.recycle(read.batches);
  }

  async #read(position: number, runner: PlanRunner, context: ChainContext): Promise<Read> {
    const batches = await this.#reader.read(position, READ_BYTES);
    const asked = await Promise.all(
      batches.map(async (whole) => {
        const batch = unread(whole, position);
        return { batch, asked: await askChain(batch, runner, context) };
      }),
    );
    const last = batches.at(-1);
    return { asked, nextOffset: last ? last.firstOffset + recordCount(last) : position, batches };
  }
}

interface Ahead {
  readonly position: number;
  readonly runner: PlanRunner;
  readonly read: Promise<Read>;
  readonly ending: AbortController;
}

/** With less to read, waiting for its turn makes one read of many records. */
const WORTH_BYTES = 1024 * 1024;

/** The part of a batch at or beyond a position: a first read may begin inside a batch. */
function unread(batch: Batch, position: number): Batch {
  const skip = Math.max(0, position - batch.firstOffset);
  if (skip === 0) return batch;
  return { ...batch, ...sliceRecords(batch, skip, recordCount(batch)), firstOffset: batch.firstOffset + skip };
}
