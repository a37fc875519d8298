import { EmbeddedLog } from "../../src/log/embedded/embedded-log.ts";
import { LakehoseError } from "../../src/model/errors.ts";
import { recordAt, recordCount } from "../../src/model/records.ts";
import type { SourceAppend, SourceIntake } from "../../src/sources/source.ts";
import { sourceSettingsSchema } from "../../src/sources/source-definition.ts";
import type { SourceKind } from "../../src/sources/source-kind.ts";
import type { SourceStatus } from "../../src/sources/sources.ts";
import { Sources } from "../../src/sources/sources.ts";
import { invariant } from "../../src/std/assert.ts";
import { type Clock, systemClock } from "../../src/std/clock.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { seededRandom, systemRandom } from "../../src/std/random.ts";
import { silentTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { PretendDisk } from "./pretend-disk.ts";

const STREAM = "orders";
const SOURCE = "upstream";

/** What becomes of appends: stored and answered; stored and never answered, as before a kill; refused, as without room. */
export type AppendFate = "answered" | "killed-after" | "killed-before" | "no-room";

export interface UpstreamWorldOptions {
  readonly telemetry?: Telemetry;
  readonly clock?: Clock;
  /** Of files that sources read: relative names are relative to it. */
  readonly folder?: string;
}

/** One source of a kind that is under test, and the real log of one stream behind it, on a pretend disk. */
export class UpstreamWorld {
  readonly #kind: SourceKind;
  readonly #world: UpstreamWorldOptions;
  readonly #disk = new PretendDisk(seededRandom(1));
  #streamUid = "0".repeat(32);
  #log: EmbeddedLog | undefined;
  #stream: SourceIntake | undefined;
  #sources: Sources | undefined;
  #killed = Promise.withResolvers<void>();
  /** Of the source; changes take effect with the next start. */
  options: object;
  fate: AppendFate = "answered";
  /** Appends wait for it before they are stored. */
  delay: Promise<void> = Promise.resolve();
  /** Appends that were asked for. */
  appends = 0;

  constructor(kind: SourceKind, options: object, world: UpstreamWorldOptions = {}) {
    this.#kind = kind;
    this.options = options;
    this.#world = world;
  }

  get status(): SourceStatus {
    const status = this.#sources?.get(SOURCE);
    invariant(status !== undefined, "the source is started");
    return status;
  }

  /** Opens the log as a start does, and lets the source read. */
  async start(): Promise<void> {
    const clock = this.#world.clock ?? systemClock;
    this.#killed = Promise.withResolvers<void>();
    this.#log = await this.#openLog();
    this.#stream = this.#intake(this.#log);
    this.#sources = new Sources({
      kinds: [this.#kind],
      components: {
        clock,
        disk: nodeDisk,
        random: systemRandom,
        telemetry: this.#world.telemetry ?? silentTelemetry,
        readSecret: (secret) => String(secret),
        folder: this.#world.folder ?? "/",
      },
      intake: () => this.#stream ?? noStream(),
    });
    const settings = sourceSettingsSchema.parse({ kind: this.#kind.name, stream: STREAM, options: this.options });
    await this.#sources.set([{ name: SOURCE, ...settings }]);
  }

  /** Deletes the stream and makes it anew while the source reads. */
  async replaceStream(): Promise<void> {
    await this.#log?.close();
    this.#streamUid = "f".repeat(32);
    this.#log = await this.#openLog();
    this.#stream = this.#intake(this.#log);
  }

  /** An orderly end, as at SIGTERM. */
  async stop(): Promise<void> {
    this.#killed.resolve();
    await this.#sources?.close();
    await this.#log?.close();
  }

  /** An end at this very moment: what is not synced is gone, and nobody hears of anything any more. */
  async kill(): Promise<void> {
    this.#killed.resolve();
    this.#disk.powerLoss();
    await this.#sources?.close();
  }

  /** Every record of the log, in its order. */
  async records(): Promise<Buffer[]> {
    const [partition] = this.#log?.partitions() ?? [];
    invariant(partition !== undefined, "the log is open");
    const records: Buffer[] = [];
    for (let offset = partition.start; offset < partition.end; ) {
      const batches = await partition.read(offset, 1024 * 1024);
      for (const batch of batches) {
        for (let index = 0; index < recordCount(batch); index++) records.push(Buffer.from(recordAt(batch, index)));
        offset = batch.firstOffset + recordCount(batch);
      }
    }
    return records;
  }

  /** Resolves once the log holds so many records, and rejects when that takes too long, with what the source says. */
  async untilRecords(count: number, withinMs = 20_000): Promise<Buffer[]> {
    const [partition] = this.#log?.partitions() ?? [];
    await this.until(() => (partition?.end ?? 0) >= count, `${count} records`, withinMs);
    return await this.records();
  }

  async until(holds: () => boolean, what: string, withinMs = 20_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!holds()) {
      if (performance.now() > deadline) {
        const { state, failure, records, duplicates } = this.status;
        const seen = JSON.stringify({ state, failure, records, duplicates, appends: this.appends });
        throw new Error(`Waited ${withinMs} ms for ${what}; the source says ${seen}`);
      }
      await systemClock.sleep(10);
    }
  }

  #openLog(): Promise<EmbeddedLog> {
    return EmbeddedLog.open({
      disk: this.#disk.process(),
      clock: this.#world.clock ?? systemClock,
      random: systemRandom,
      telemetry: silentTelemetry,
      directory: `/data/log-${this.#streamUid}`,
      label: STREAM,
      streamUid: this.#streamUid,
      segmentBytes: 256 * 1024,
    });
  }

  #intake(log: EmbeddedLog): SourceIntake {
    const killed = this.#killed.promise;
    return {
      streamUid: this.#streamUid,
      position: (sourceId) => log.sourcePosition(sourceId),
      holdsMessage: (digest) => log.holdsMessage(digest),
      append: async ({ call: _, ...request }: SourceAppend) => {
        const { fate } = this;
        this.appends++;
        if (fate === "no-room") throw new LakehoseError("slow-down", "Slow down.", { retriable: true });
        await this.delay;
        if (fate !== "killed-before") await log.append(request);
        if (fate === "answered") return;
        await killed;
        throw new Error("The process was killed");
      },
    };
  }
}

/** For tests of what asks sources and needs none. */
export function noSources(): Sources {
  const components = {
    clock: systemClock,
    disk: nodeDisk,
    random: systemRandom,
    telemetry: silentTelemetry,
    readSecret: String,
    folder: "/",
  };
  return new Sources({ kinds: [], components, intake: noStream });
}

function noStream(): never {
  throw new LakehoseError("not-found", "There is no stream");
}
