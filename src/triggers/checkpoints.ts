import { join } from "node:path";
import { z } from "zod";
import { LakehoseError } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";

/** Parts whose places are kept: shards that are gone are forgotten when newer ones need the room. */
const PARTS_MAX = 10_000;

const fileSchema = z.strictObject({ positions: z.array(z.tuple([z.string(), z.base64()])) });

/**
 * How far one trigger has come, in a file of its own: positions by part, the one that moved last at the end. Written as a
 * whole; moves that come while a write is under way share the next.
 */
export class Checkpoints {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #positions: Map<string, Uint8Array>;
  #durable: ReadonlyMap<string, Uint8Array>;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** Throws `LakehoseError` `damaged-checkpoints`. */
  static async open(disk: Disk, directory: string, trigger: string): Promise<Checkpoints> {
    await disk.makeDirectory(directory);
    await disk.syncDirectory(directory);
    const path = join(directory, `${trigger}.json`);
    const bytes = await readFileWhole(disk, path);
    return new Checkpoints(disk, path, bytes === undefined ? new Map() : parse(bytes, path));
  }

  private constructor(disk: Disk, path: string, positions: Map<string, Uint8Array>) {
    this.#disk = disk;
    this.#path = path;
    this.#positions = positions;
    this.#durable = new Map(positions);
  }

  /** Where a part stands on disk. */
  get(part: string): Uint8Array | undefined {
    return this.#durable.get(part);
  }

  /** Resolves when it is durable. */
  async move(part: string, position: Uint8Array): Promise<void> {
    this.#positions.delete(part);
    this.#positions.set(part, position);
    const [oldest] = this.#positions.keys();
    if (this.#positions.size > PARTS_MAX && oldest !== undefined) this.#positions.delete(oldest);
    this.#next ??= this.#write();
    await this.#next;
  }

  async #write(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    this.#writing = this.#next;
    this.#next = undefined;
    const written = new Map(this.#positions);
    const positions = [...written].map(([part, position]) => [part, Buffer.from(position).toString("base64")]);
    await writeFileDurably(this.#disk, this.#path, Buffer.from(JSON.stringify({ positions })));
    this.#durable = written;
  }
}

function parse(bytes: Buffer, path: string): Map<string, Uint8Array> {
  try {
    const { positions } = fileSchema.parse(JSON.parse(bytes.toString()));
    return new Map(positions.map(([part, position]) => [part, Buffer.from(position, "base64")]));
  } catch (error) {
    const hint = "restore it from a backup, or remove it, and the trigger begins as if it were new";
    throw new LakehoseError("damaged-checkpoints", `${path} is damaged: ${hint}.`, { cause: error });
  }
}
