import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Scratch } from "../formats/format.ts";
import { Accumulator, type ParcelTools } from "./accumulator.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { type AccumulatorKey, keyText } from "./journal/journal-records.ts";
import { ParcelFile, type ParcelFileContext } from "./parcel-file.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { RecordPlaces } from "./record-places.ts";

/** Makes encoders with their files. Names of files are unique per start, so that nothing of a dead process is met again. */
export class ParcelWorkshop {
  readonly directory: string;
  readonly #options: DeliveryOptions;
  readonly #file: ParcelFileContext;
  readonly #epoch: number;
  readonly #scratchDirectory: string;
  #made = 0;

  constructor(options: DeliveryOptions, file: ParcelFileContext, epoch: number) {
    this.#options = options;
    this.#file = file;
    this.#epoch = epoch;
    this.directory = join(options.directory, "parcels");
    this.#scratchDirectory = join(options.directory, "scratch");
  }

  open(id: number, key: AccumulatorKey, runner: PlanRunner): ParcelTools {
    const file = this.openFile(id);
    const { format, options, compression } = runner.encoding(key);
    const seed = this.#seed(id, key);
    const encoder = format.open({ options, compression, seed, sink: file, scratch: this.#scratch(id) });
    return { file, encoder, places: format.rejects ? new RecordPlaces() : undefined };
  }

  /** A file for what belongs to an accumulator. */
  openFile(id: number): ParcelFile {
    return new ParcelFile(join(this.directory, `${this.#epoch}-${id}-${this.#made++}.part`), this.#file);
  }

  /** An accumulator outside the set, for records that are read again. */
  reopen(id: number, key: AccumulatorKey, runner: PlanRunner): Accumulator {
    const { clock } = this.#options;
    return new Accumulator({
      id,
      key,
      plan: runner.plan,
      ...this.open(id, key, runner),
      openedAt: clock.now(),
      openedAtMonotonic: clock.monotonic(),
      lastAddedMonotonic: clock.monotonic(),
    });
  }

  /** Removes files that no open parcel refers to. */
  async removeOrphans(referred: ReadonlySet<string>): Promise<void> {
    const { disk } = this.#options;
    for (const directory of [this.directory, this.#scratchDirectory]) {
      await disk.makeDirectory(directory);
      for (const name of await disk.list(directory)) {
        const path = join(directory, name);
        if (!referred.has(path)) await disk.unlink(path);
      }
    }
  }

  #scratch(id: number): Scratch {
    return { path: async (name) => join(this.#scratchDirectory, `${this.#epoch}-${id}-${this.#made++}-${name}`) };
  }

  /** The source of all chance inside the object: fixed by stream, delivery and accumulator before its first record. */
  #seed(id: number, key: AccumulatorKey): string {
    const { stream, definition, reader } = this.#options;
    const identity = [reader.incarnation, stream.uid, definition.id, this.#options.replayId ?? "", id, keyText(key)];
    return createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  }
}
