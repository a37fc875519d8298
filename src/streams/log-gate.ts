import type { Appended, AppendRequest, Log, LogPartition, LogUsage, RecalledAnswer } from "../log/log.ts";
import { LogError } from "../log/log-error.ts";
import { recordCount } from "../model/records.ts";
import { Notifier } from "../std/notifier.ts";

/**
 * A log whose door can be shut for good while its readers go on: what a stream needs that is being deleted. Once `shut`
 * resolves, nothing will be appended any more, so a flush that begins then covers every acknowledged record.
 */
export class LogGate implements Log {
  readonly incarnation: string;
  readonly #log: Log;
  readonly #settled = new Notifier();
  #open = true;
  #underWay = 0;
  #recordsAppended = 0;

  constructor(log: Log) {
    this.#log = log;
    this.incarnation = log.incarnation;
  }

  /** Records made durable through this gate. */
  get recordsAppended(): number {
    return this.#recordsAppended;
  }

  async append(request: AppendRequest): Promise<Appended> {
    if (!this.#open) throw new LogError("closed", "The stream is being deleted and accepts no more records");
    this.#underWay++;
    try {
      const appended = await this.#log.append(request);
      this.#recordsAppended += recordCount(request.records);
      return appended;
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#settled.notify();
    }
  }

  /** Refuses appends from now on; resolves when those under way have been answered. */
  async shut(): Promise<void> {
    this.#open = false;
    while (this.#underWay > 0) await this.#settled.wait();
  }

  partitions(): readonly LogPartition[] {
    return this.#log.partitions();
  }

  recall(retryKey: string): RecalledAnswer | undefined {
    return this.#log.recall(retryKey);
  }

  sourcePosition(sourceId: string): Uint8Array | undefined {
    return this.#log.sourcePosition(sourceId);
  }

  holdsMessage(digest: Buffer): boolean {
    return this.#log.holdsMessage(digest);
  }

  usage(): LogUsage {
    return this.#log.usage();
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
