import { z } from "zod";
import { EmbeddedLog } from "../../log/embedded/embedded-log.ts";
import type { LogPartition } from "../../log/log.ts";
import { packRecords, recordAt, recordCount } from "../../model/records.ts";
import { invariant } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

const eventSchema = z.strictObject({
  /** What wrote the object: a delivery, or a client of the S3 door. */
  by: z.enum(["delivery", "client"]),
  eventName: z.enum(["ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload"]),
  bucket: z.string(),
  key: z.string(),
  bytes: z.number(),
  etag: z.string(),
  /** Wall clock, ms. */
  at: z.number(),
  /** Of objects that a delivery wrote. */
  stream: z.string().optional(),
});

/** An object has come into being. */
export type ObjectEvent = z.output<typeof eventSchema>;

export interface ObjectEventsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly directory: string;
}

/** Events that no trigger has taken are kept up to here; then the oldest go, and that is told. */
const KEPT_BYTES_MAX = 1024 * 1024 * 1024;
const READ_BYTES_MAX = 256 * 1024;
/** Small objects, so small segments: 64 MiB are let go at a time otherwise. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * What has been created in the lake, in a log of its own, so that a trigger hears of it also when it, or its function, was
 * away. Nothing is written while nobody listens. Each event may stand there twice after a crash, never not at all: clients
 * hear yes only after it, and deliveries tell of an object until it is known here.
 */
export class ObjectEvents {
  readonly #options: ObjectEventsOptions;
  readonly #listeners = new Map<string, number | undefined>();
  #log: Promise<EmbeddedLog> | undefined;

  constructor(options: ObjectEventsOptions) {
    this.#options = options;
  }

  /** Whether anybody listens. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** From now on events are kept until `name` is behind them. */
  listen(name: string): void {
    if (!this.#listeners.has(name)) this.#listeners.set(name, undefined);
  }

  /** Resolves when they are durable. */
  async append(events: readonly ObjectEvent[]): Promise<void> {
    if (!this.isWatched || events.length === 0) return;
    const log = await this.#open();
    await log.append({ records: packRecords(events.map((event) => Buffer.from(JSON.stringify(event)))) });
    await this.#bound(log);
  }

  /** Of the log: a place in another incarnation means nothing here. */
  async incarnation(): Promise<string> {
    return (await this.#open()).incarnation;
  }

  /** One past the newest event. */
  async end(): Promise<number> {
    return partitionOf(await this.#open()).end;
  }

  /** Events from a place on, at least one: waits for it. A place whose events are gone begins at the oldest. */
  async read(from: number, signal: AbortSignal): Promise<ReadObjectEvents> {
    const partition = partitionOf(await this.#open());
    const lost = Math.max(0, partition.start - from);
    const start = from + lost;
    if (start >= partition.end) await partition.waitBeyond(start, signal);
    const events: ObjectEvent[] = [];
    let next = start;
    for (const batch of await partition.read(start, READ_BYTES_MAX)) {
      for (let index = 0; index < recordCount(batch); index++) {
        if (batch.firstOffset + index < start) continue;
        events.push(eventSchema.parse(JSON.parse(recordAt(batch, index).toString())));
      }
      next = batch.firstOffset + recordCount(batch);
    }
    return { events, next, lost };
  }

  /** `name` has taken everything below `offset`. */
  async release(name: string, offset: number): Promise<void> {
    if (!this.#listeners.has(name)) return;
    this.#listeners.set(name, offset);
    const offsets = [...this.#listeners.values()].map((one) => one ?? 0);
    await partitionOf(await this.#open()).release(Math.min(...offsets));
  }

  async close(): Promise<void> {
    await (await this.#log)?.close();
  }

  #open(): Promise<EmbeddedLog> {
    this.#log ??= this.#openLog().catch((error: unknown) => {
      // A full disk or too many files are no reason to refuse every object until the next start.
      this.#log = undefined;
      throw error;
    });
    return this.#log;
  }

  async #openLog(): Promise<EmbeddedLog> {
    await this.#options.disk.makeDirectory(this.#options.directory);
    return EmbeddedLog.open({
      ...this.#options,
      label: "object events",
      streamUid: OBJECT_EVENTS_UID,
      segmentBytes: SEGMENT_BYTES,
    });
  }

  async #bound(log: EmbeddedLog): Promise<void> {
    const { bytes, start, end } = log.usage();
    if (bytes <= KEPT_BYTES_MAX) return;
    const half = start + Math.ceil((end - start) / 2);
    this.#options.telemetry.emit("trigger.eventsLost", { events: half - start });
    await partitionOf(log).release(half);
  }
}

export interface ReadObjectEvents {
  readonly events: readonly ObjectEvent[];
  /** Where the next read goes on. */
  readonly next: number;
  /** Events that were let go before anybody read them. */
  readonly lost: number;
}

/** Logs carry the uid of their stream; this one has none. */
const OBJECT_EVENTS_UID = "0".repeat(32);

function partitionOf(log: EmbeddedLog): LogPartition {
  const [partition] = log.partitions();
  invariant(partition !== undefined, "an embedded log has one partition");
  return partition;
}
