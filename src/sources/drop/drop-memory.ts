import { hash } from "node:crypto";
import { LakehoseError } from "../../model/errors.ts";
import type { Inlet, UpstreamPlace } from "../inlet.ts";
import type { DropFile } from "./drop-folder.ts";

/**
 * Which versions of which files are in the log, and how far. It is stored as positions of the source, in the same append
 * as the records, so a file is there with its last record or not at all.
 *
 * A position holds 64 KiB at most, and folders may hold many files that were read and left. So the paths are spread by their
 * digest over parts, and the position of a part lists all of its files, 22 bytes each:
 *
 *     path digest (8) · version digest (8: size and time) · offset (6: read so far; all ones = to the end)
 *
 * Only files that are still in the folder are remembered: an entry goes with the first append to its part after its
 * file has gone.
 */
export class DropMemory {
  readonly #inlet: Inlet;
  readonly #identity: string;
  readonly #parts = new Map<number, Map<string, Entry>>();
  #present: ReadonlySet<string> = new Set();

  constructor(inlet: Inlet, folder: string) {
    this.#inlet = inlet;
    this.#identity = digestOf(folder, 16).toString("hex");
  }

  /** What the folder holds now: the rest may be forgotten. */
  setPresent(files: readonly DropFile[]): void {
    this.#present = new Set(files.map(({ path }) => digestOf(path).toString("latin1")));
  }

  /** How many bytes of this version are in the log; `Infinity` when all of it is, which empty files never are. */
  offsetOf(file: DropFile): number {
    const { part, key } = placeOf(file);
    const entry = this.#part(part).get(key);
    if (entry === undefined || !entry.version.equals(versionOf(file))) return 0;
    return entry.offset === OFFSET_END ? Number.POSITIVE_INFINITY : entry.offset;
  }

  /** What an append stores of a file that is read to `offset`, `Infinity` for its end. `keep` has to be called when it is durable. */
  place(file: DropFile, offset: number): { readonly place: UpstreamPlace; readonly keep: () => void } {
    const { part, key } = placeOf(file);
    const entries = new Map([...this.#part(part)].filter(([path]) => this.#present.has(path)));
    entries.set(key, { version: versionOf(file), offset: Math.min(offset, OFFSET_END) });
    if (entries.size > ENTRIES_MAX) throw tooManyFiles(file);
    const position = encode(entries);
    return { place: { part: this.#nameOf(part), position }, keep: () => void this.#parts.set(part, entries) };
  }

  #part(part: number): Map<string, Entry> {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const entries = decode(Buffer.from(this.#inlet.position(this.#nameOf(part)) ?? []));
    this.#parts.set(part, entries);
    return entries;
  }

  #nameOf(part: number): string {
    return `${this.#identity}/${part}`;
  }
}

interface Entry {
  readonly version: Buffer;
  readonly offset: number;
}

const DIGEST_BYTES = 8;
const OFFSET_BYTES = 6;
const ENTRY_BYTES = 2 * DIGEST_BYTES + OFFSET_BYTES;
const OFFSET_END = 2 ** (8 * OFFSET_BYTES) - 1;

const PARTS = 256;
/** Positions are 64 KiB at most (the log). */
const ENTRIES_MAX = Math.floor((64 * 1024) / ENTRY_BYTES);

function placeOf({ path }: DropFile): { readonly part: number; readonly key: string } {
  const digest = digestOf(path);
  return { part: digest.readUInt8() % PARTS, key: digest.toString("latin1") };
}

function versionOf({ bytes, modifiedAt }: DropFile): Buffer {
  return digestOf(`${bytes} ${modifiedAt}`);
}

function digestOf(text: string, bytes = DIGEST_BYTES): Buffer {
  return hash("sha256", text, "buffer").subarray(0, bytes);
}

function encode(entries: ReadonlyMap<string, Entry>): Buffer {
  const position = Buffer.alloc(entries.size * ENTRY_BYTES);
  let at = 0;
  for (const [key, { version, offset }] of entries) {
    position.write(key, at, "latin1");
    version.copy(position, at + DIGEST_BYTES);
    position.writeUIntBE(offset, at + 2 * DIGEST_BYTES, OFFSET_BYTES);
    at += ENTRY_BYTES;
  }
  return position;
}

function decode(position: Buffer): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let at = 0; at + ENTRY_BYTES <= position.length; at += ENTRY_BYTES) {
    const key = position.toString("latin1", at, at + DIGEST_BYTES);
    const version = position.subarray(at + DIGEST_BYTES, at + 2 * DIGEST_BYTES);
    entries.set(key, { version, offset: position.readUIntBE(at + 2 * DIGEST_BYTES, OFFSET_BYTES) });
  }
  return entries;
}

function tooManyFiles({ path }: DropFile): LakehoseError {
  return new LakehoseError(
    "too-many-files",
    `Expected a folder with fewer than some 700,000 files that are read and left; there is no room to remember ${path}. Set after to delete or to an archive.`,
  );
}
