import { join } from "node:path";
import type { Delivery, DeliveryCounters } from "../delivery/delivery.ts";
import type { LogLease, LogPartition } from "../log/log.ts";
import { reasonOf } from "../model/errors.ts";
import type { LakeReader, SourceIntake } from "../sources/source.ts";
import { backoffMs } from "../std/backoff.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { ReplayStatus, StoredReplay } from "./replay.ts";
import { ReplayReader } from "./replay-reader.ts";
import { deliveryDirectory } from "./stream-folders.ts";
import type { StreamDocument } from "./streams.ts";

export interface ReplayRunOptions {
  readonly dependencies: StreamDependencies;
  readonly document: StreamDocument;
  readonly replay: StoredReplay;
  readonly partition: LogPartition;
  readonly intake: SourceIntake;
  /** All of it has landed and the delivery is stopped. */
  readonly onLanded: (replayId: string, counters: DeliveryCounters) => void;
}

/** A replay under way: its delivery, what reads objects back for it, and the lease that keeps its range in the log. */
export class ReplayRun {
  readonly #options: ReplayRunOptions;
  readonly #delivery: Delivery;
  readonly #lease: LogLease;
  readonly #stopping = new AbortController();
  readonly #lakeReader: LakeReader | undefined;
  #running: Promise<void> = Promise.resolve();
  #refused = false;
  #problem: string | undefined;

  constructor(options: ReplayRunOptions) {
    const { dependencies, document, replay, partition } = options;
    const { source, definition } = replay;
    this.#options = options;
    this.#lease = partition.lease(source.from);
    this.#lakeReader = lakeReaderOf(options);
    this.#delivery = dependencies.createDelivery({
      document,
      definition,
      log: new ReplayReader(partition, source.type === "log" ? { to: source.to } : { onlyDelivery: definition.id }),
      directory: deliveryDirectory(dependencies, document, definition.id),
      startAt: source.from,
      replayId: replay.id,
    });
  }

  /** Takes the replay up where it was. What it needs goes on behind the caller's back. */
  async start(): Promise<void> {
    try {
      await this.#delivery.start();
      this.#running = this.#run();
    } catch (error) {
      this.#refused = true;
      this.#problem = reasonOf(error);
      const fields = { stream: this.#options.document.name, delivery: this.#delivery.id, code: "start-refused" };
      this.#options.dependencies.telemetry.emit("delivery.alarmed", { ...fields, message: this.#problem });
    }
  }

  /** Lets go of what has landed: retention must not take the rest. */
  advance(): void {
    if (!this.#refused) this.#lease.advance(this.#delivery.hold);
  }

  get hold(): number {
    return this.#refused ? this.#options.replay.source.from : this.#delivery.hold;
  }

  get spilledBytes(): number {
    return this.#delivery.status().spilledBytes;
  }

  isOpen(objectName: string): boolean | undefined {
    return this.#delivery.isOpen(objectName);
  }

  status(): Pick<ReplayStatus, "running" | "reading" | "problem"> {
    return {
      running: this.#delivery.status(),
      ...(this.#lakeReader === undefined ? {} : { reading: this.#lakeReader.status() }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("The replay is being stopped"));
    await this.#running;
    await this.#delivery.stop();
    this.#lease.release();
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options.dependencies;
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#lakeReader?.run(signal);
        await this.#delivery.flush(signal);
        this.#options.onLanded(this.#options.replay.id, this.#delivery.status().counters);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#problem = reasonOf(error);
        await clock.sleep(backoffMs(attempt, random), signal).catch(() => undefined);
      }
    }
  }
}

function lakeReaderOf(options: ReplayRunOptions): LakeReader | undefined {
  const { dependencies, document, replay, intake } = options;
  const { source, definition } = replay;
  if (source.type === "log") return undefined;
  const { delimiter } = definition.format.options;
  return dependencies.createLakeReader({
    streamName: document.name,
    streamUid: document.uid,
    sourceId: join("replay", replay.id),
    onlyDelivery: definition.id,
    bucket: source.bucket,
    prefix: source.prefix,
    exclude: source.exclude,
    stage: source.stage,
    keepLineFeed: delimiter !== "\n",
    timeZone: definition.naming.timeZone,
    intake,
  });
}
