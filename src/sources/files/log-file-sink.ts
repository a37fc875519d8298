import { hash } from "node:crypto";
import { type PackedRecords, recordCount } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import { Mutex } from "../../std/mutex.ts";
import type { Inlet } from "../inlet.ts";
import type { FilePosition } from "./file-position.ts";
import type { FileProgress, FileSink } from "./file-sink.ts";
import { PositionParts } from "./position-parts.ts";

/** Of the positions that the log keeps for all sources of a stream; a part holds some 600 files. */
const PARTS = 32;

/**
 * Records of files into the log of a stream, with the place behind them in the same frame: exactly once. Positions without
 * records are kept in memory and go with the next append of their part.
 */
export class LogFileSink implements FileSink {
  readonly #inlet: Inlet;
  readonly #clock: Clock;
  readonly #names: readonly string[];
  readonly #parts: PositionParts;
  /** One append of a part at a time: a later one must not be stored before an earlier one. */
  readonly #turns = Array.from({ length: PARTS }, () => new Mutex());
  readonly #isNew: boolean;

  constructor(inlet: Inlet, filePattern: string, clock: Clock) {
    this.#inlet = inlet;
    this.#clock = clock;
    const pattern = hash("sha256", filePattern, "hex").slice(0, 16);
    this.#names = Array.from({ length: PARTS }, (_, part) => `files:${pattern}:${part}`);
    const stored = this.#names.map((name) => inlet.position(name));
    this.#isNew = stored.every((bytes) => bytes === undefined);
    this.#parts = new PositionParts(stored);
  }

  async positions(): Promise<readonly FilePosition[] | undefined> {
    return this.#isNew ? undefined : this.#parts.all();
  }

  async remember(positions: readonly FilePosition[], { together = false } = {}): Promise<void> {
    this.#parts.put(positions, together);
  }

  async append(records: PackedRecords, { position }: FileProgress): Promise<void> {
    const part = this.#parts.partOf(position);
    const turn = this.#turns[part];
    const name = this.#names[part];
    if (recordCount(records) === 0 || turn === undefined || name === undefined) {
      this.#parts.put([position]);
      return;
    }
    await turn.run(async () => {
      const bytes = this.#parts.encode(part, this.#clock.now(), position);
      await this.#inlet.append(records, { part: name, position: bytes });
      this.#parts.put([position]);
    });
  }
}
