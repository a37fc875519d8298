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
 * Reads the log and asks the chain, one read ahead: while functions work on one read, and while its outcomes are staged,
 * gathered and written, they have the next one. What was asked ahead of a change of the plan is asked again under the new
 * one, as after a crash.
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
    if (this.#ahead?.position !== position || this.#ahead.runner !== runner) await this.drop();
    const taken = this.#ahead ?? this.#ask(position, runner);
    this.#ahead = undefined;
    const behind = await taken.nextOffset;
    if (behind > position) this.begin(behind, runner);
    return taken.read;
  }

  /** Begins what will be taken next, if there is enough of it to be worth a read of its own. */
  begin(position: number, runner: PlanRunner): void {
    if (this.#ahead !== undefined || this.#context.signal.aborted) return;
    if (this.#reader.bytesFrom(position) >= WORTH_BYTES) this.#ahead = this.#ask(position, runner);
  }

  /** Nobody waits for what a function says to a question that does not count. */
  async drop(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    ahead?.ending.abort(new Error("The plan has changed"));
    const read = await ahead?.read.catch(() => undefined);
    if (read) this.#reader.recycle(read.batches);
  }

  #ask(position: number, runner: PlanRunner): Ahead {
    const { signal } = this.#context;
    const ending = new AbortController();
    const onAbort = () => ending.abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    const batches = this.#reader.read(position, READ_BYTES);
    const nextOffset = batches.then((all) => offsetBehind(all) ?? position);
    const context = { ...this.#context, signal: ending.signal };
    const read = batches.then(async (all): Promise<Read> => {
      const asked = all.map(async (whole) => {
        const batch = unread(whole, position);
        return { batch, asked: await askChain(batch, runner, context) };
      });
      return { asked: await Promise.all(asked), nextOffset: await nextOffset, batches: all };
    });
    // Whoever takes it is told of a failure; nobody may.
    void nextOffset.catch(() => undefined);
    void read.catch(() => undefined).finally(() => signal.removeEventListener("abort", onAbort));
    return { position, runner, nextOffset, read, ending };
  }
}

interface Ahead {
  readonly position: number;
  readonly runner: PlanRunner;
  /** Known once the log has been read, before anything is asked. */
  readonly nextOffset: Promise<number>;
  readonly read: Promise<Read>;
  readonly ending: AbortController;
}

function offsetBehind(batches: readonly Batch[]): number | undefined {
  const last = batches.at(-1);
  return last && last.firstOffset + recordCount(last);
}

/** With less to read, waiting for its turn makes one read of many records. */
const WORTH_BYTES = 1024 * 1024;

/** The part of a batch at or beyond a position: a first read may begin inside a batch. */
function unread(batch: Batch, position: number): Batch {
  const skip = Math.max(0, position - batch.firstOffset);
  if (skip === 0) return batch;
  return { ...batch, ...sliceRecords(batch, skip, recordCount(batch)), firstOffset: batch.firstOffset + skip };
}
