import { EmbeddedLog } from "../../src/log/embedded/embedded-log.ts";
import { type Batch, recordAt, recordCount } from "../../src/model/records.ts";
import type { SourceAppend, SourceIntake } from "../../src/sources/source.ts";
import { invariant } from "../../src/std/assert.ts";
import { seededRandom } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { advanceUntil } from "./advance-until.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

export const BUCKET = "lake";
export const STREAM_UID = "0123456789abcdef0123456789abcdef";

/** A log on a pretend disk behind the intake that sources see, and a bucket to read from. */
export class SourceWorld {
  readonly clock = new PretendClock();
  readonly disk: PretendDisk;
  readonly store: MemoryStore;
  readonly random;
  /** Thrown by the next appends, one each. */
  readonly refusals: Error[] = [];
  appends = 0;
  /** Called after each append. */
  whenAppended: () => void = () => undefined;
  #log: EmbeddedLog | undefined;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.disk = new PretendDisk(seededRandom(seed + 1));
    this.store = new MemoryStore({ clock: this.clock });
  }

  get log(): EmbeddedLog {
    invariant(this.#log !== undefined, "the log is open");
    return this.#log;
  }

  /** Opens the log, as a start after a crash does. */
  async open(): Promise<SourceIntake> {
    await this.store.ensureBucket(BUCKET);
    const log = await EmbeddedLog.open({
      disk: this.disk.process(),
      clock: this.clock,
      random: this.random,
      telemetry: silentTelemetry,
      directory: "/data/log",
      label: "orders",
      streamUid: STREAM_UID,
      segmentBytes: 64 * 1024,
    });
    this.#log = log;
    return {
      streamUid: STREAM_UID,
      position: (sourceId) => log.sourcePosition(sourceId),
      holdsMessage: (digest) => log.holdsMessage(digest),
      append: async ({ call: _, ...request }: SourceAppend) => {
        const refusal = this.refusals.shift();
        if (refusal !== undefined) throw refusal;
        this.appends++;
        await log.append(request);
        this.whenAppended();
      },
    };
  }

  async put(key: string, bytes: Buffer, bucket = BUCKET): Promise<void> {
    await this.store.put({
      bucket,
      key,
      body: bytesBody(bytes),
      onlyIfAbsent: false,
      contentType: "application/octet-stream",
      metadata: {},
    });
  }

  async batches(): Promise<Batch[]> {
    const [partition] = this.log.partitions();
    invariant(partition !== undefined, "an embedded log has one partition");
    const batches: Batch[] = [];
    for (let offset = partition.start; offset < partition.end; ) {
      const found = await partition.read(offset, 1024 * 1024);
      batches.push(...found);
      const last = found.at(-1);
      invariant(last !== undefined, "a read below the end finds something");
      offset = last.firstOffset + recordCount(last);
    }
    return batches;
  }

  async texts(): Promise<string[]> {
    return (await this.batches()).flatMap((batch) =>
      Array.from({ length: recordCount(batch) }, (_, index) => recordAt(batch, index).toString()),
    );
  }

  until(done: () => boolean): Promise<void> {
    return advanceUntil(this.clock, done);
  }
}
