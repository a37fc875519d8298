import type { FrameInput } from "../../src/log/frames/frame.ts";
import { FrameLog, type FrameLogOptions } from "../../src/log/frames/frame-log.ts";
import { packRecords, recordAt } from "../../src/model/records.ts";
import { seededRandom } from "../../src/std/random.ts";
import type { EventCatalogue } from "../../src/telemetry/events.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

export const DIRECTORY = "/data/log";

/** A frame log on a pretend disk, with all that a test may want to turn. */
export class FrameLogWorld {
  readonly clock = new PretendClock();
  readonly disk: PretendDisk;
  readonly events: { name: string; fields: Record<string, unknown> }[] = [];
  readonly #defaults: Partial<FrameLogOptions>;
  readonly #random;
  #syncs = 0;

  constructor(defaults: Partial<FrameLogOptions> = {}, seed = 1) {
    this.#defaults = defaults;
    this.#random = seededRandom(seed);
    this.disk = new PretendDisk(seededRandom(seed + 1000));
    this.disk.faults.before = ({ name }) => {
      if (name === "datasync") this.#syncs++;
    };
  }

  open(options: Partial<FrameLogOptions> = {}): Promise<FrameLog> {
    return FrameLog.open({
      disk: this.disk.process(),
      clock: this.clock,
      random: this.#random,
      telemetry: {
        emit: (name: keyof EventCatalogue, fields: object) => {
          this.events.push({ name, fields: { ...fields } });
        },
      },
      directory: DIRECTORY,
      label: "orders",
      streamUid: "0123456789abcdef0123456789abcdef",
      segmentBytes: 256 * 1024,
      ...this.#defaults,
      ...options,
    });
  }

  /** Files synced so far. */
  syncs(): number {
    return this.#syncs;
  }

  async segmentNames(extension = "seg"): Promise<string[]> {
    return (await this.disk.list(DIRECTORY)).filter((name) => name.endsWith(`.${extension}`));
  }

  async lastSegmentPath(): Promise<string> {
    return `${DIRECTORY}/${(await this.segmentNames()).at(-1)}`;
  }
}

export function input(records: readonly string[], metadata = "", arrivalMs = 0): FrameInput {
  const packed = packRecords(records.map((record) => Buffer.from(record)));
  return { kind: 1, arrivalMs, metadata: Buffer.from(metadata), ends: packed.ends, payload: packed.bytes };
}

export interface ReadFrame {
  readonly firstOffset: number;
  readonly records: readonly string[];
  readonly metadata: string;
}

/** All that can be read, as text. */
export async function framesOf(log: FrameLog): Promise<ReadFrame[]> {
  const found: ReadFrame[] = [];
  for (let offset = log.start; offset < log.end; ) {
    for (const frame of await log.read(offset, 10_000)) {
      const packed = { bytes: frame.payload, ends: frame.ends };
      const records = Array.from(frame.ends, (_, index) => recordAt(packed, index).toString());
      found.push({ firstOffset: frame.firstOffset, records, metadata: frame.metadata.toString() });
      offset = frame.firstOffset + frame.ends.length;
    }
  }
  return found;
}
