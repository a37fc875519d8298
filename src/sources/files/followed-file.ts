import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { invariant } from "../../std/assert.ts";
import type { FileFlow } from "./file-flow.ts";
import {
  digestOf,
  type FileIdentity,
  type FilePosition,
  type Fingerprint,
  HEAD_BYTES,
  MARK_BYTES,
} from "./file-position.ts";
import { GatheredRecords } from "./gathered-records.ts";
import { RecordCutter } from "./record-cutter.ts";

const LINE_FEED = 0x0a;
const LAST_LINE_BYTES_MAX = 64 * 1024;

export interface FileFound extends FileIdentity {
  readonly path: string;
  readonly size: number;
  /** When it was made, as far as the file system knows: a copy is younger than what it was made of. */
  readonly bornAt: number;
  /** Rises when the file was emptied and filled again to the same size, too. */
  readonly modifiedAt: number;
}

/** New bytes of a file, or why there are none: the bytes before them are no longer what they were. */
export type ReadPiece = { readonly bytes: Buffer; readonly base: number } | "rewritten";

/**
 * One file while it is followed, under whatever name. It remembers its first bytes and those before the place that it has read
 * to; each read brings the latter along once more. That costs nothing and tells whether somebody emptied the file and
 * filled it again between two looks, which its size alone does not.
 */
export class FollowedFile implements FileIdentity {
  readonly device: number;
  readonly inode: number;
  path: string;
  size: number;
  modifiedAt: number;
  cutter: RecordCutter;
  gathered: GatheredRecords;
  /** When the oldest record that is gathered came; `undefined` when none is. */
  gatheredSince: number | undefined;
  /** When the file last grew, by a clock that never falls. */
  grownAt = 0;
  /** When its name was no longer found among those that match. */
  missingSince: number | undefined;
  /** The file that this one is a copy of, so far: nothing of it is read while that one has the same bytes. */
  copyOf: FollowedFile | undefined;
  /** It is new, and may be a copy of one of those, once they have ended the turns in which they are. */
  isUndecided = false;
  decidedAfter: readonly { readonly other: FollowedFile; readonly turns: number }[] = [];
  /** How often it was read from. */
  turns = 0;
  /** Has to be read to its end first: it holds what came before. */
  waitsFor: FollowedFile | undefined;
  /** A batch that has to end here, as it did before a crash. */
  batchEnd: number | undefined;
  /** Somebody reads it. */
  isBusy = false;
  /** Nothing follows any more: what is left is a record. */
  isFinal = false;
  /** How it was when it was last read from. */
  #lookedAt = { size: -1, modifiedAt: 0 };
  /** Whether what is left was looked at as a record to which nothing is added. */
  wasQuiet = false;
  #handle: FileHandle | undefined;
  #readTo = 0;
  #head: Buffer = Buffer.alloc(0);
  #mark: Buffer = Buffer.alloc(0);
  /** What stood at the start when it was found, while nothing of it is read. */
  #foundHead: Buffer = Buffer.alloc(0);
  /** What was read last, with the mark before it. Only good until the next read of anybody into the same memory. */
  #piece: { readonly bytes: Buffer; readonly start: number } | undefined;
  /** The bytes before the place up to which all is settled, which may lie before what was read. */
  #settled: { readonly at: number; readonly mark: Buffer } = { at: 0, mark: this.#mark };
  #acknowledged: Pick<FilePosition, "offset" | "fingerprint"> = { offset: 0, fingerprint: this.fingerprint };
  readonly #flow: FileFlow;

  constructor(found: FileFound, flow: FileFlow) {
    this.device = found.device;
    this.inode = found.inode;
    this.path = found.path;
    this.size = found.size;
    this.modifiedAt = found.modifiedAt;
    this.#flow = flow;
    this.cutter = new RecordCutter(flow.records, { atStart: true });
    this.gathered = new GatheredRecords(flow.limits, flow.records.aggregatedRecordBytes, 0);
  }

  get folder(): string {
    return dirname(this.path);
  }

  get readTo(): number {
    return this.#readTo;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** True when nothing is left to read or to hand on. */
  get isSettled(): boolean {
    return this.size === this.#readTo && !this.gathered.isDue;
  }

  /** Opens the file by name. False when the name stands for another file by now, or for none. */
  async open(): Promise<boolean> {
    if (this.#handle !== undefined) return true;
    const handle = await open(this.path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (handle === undefined) return false;
    const { dev, ino, size } = await handle.stat();
    if (dev !== this.device || ino !== this.inode) {
      await handle.close();
      return false;
    }
    this.size = size;
    this.#handle = handle;
    return true;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Asks for the size through the open file: right also when its name is gone. */
  async refreshSize(): Promise<void> {
    if (this.#handle !== undefined) {
      const { size, mtimeMs } = await this.#handle.stat();
      this.size = size;
      this.modifiedAt = mtimeMs;
    } else {
      const found = await stat(this.path).catch(() => undefined);
      if (found !== undefined && found.dev === this.device && found.ino === this.inode) this.size = found.size;
    }
  }

  /** Goes on behind `offset`, with the bytes before it as they are now. */
  async seek(offset: number): Promise<void> {
    this.#head = await this.#bytesAt(0, Math.min(offset, HEAD_BYTES));
    this.#mark = await this.#bytesAt(Math.max(0, offset - MARK_BYTES), Math.min(offset, MARK_BYTES));
    this.#begin(offset);
  }

  /** From the first byte on: what was known of the file is about bytes that are gone. */
  restart(): void {
    this.#head = Buffer.alloc(0);
    this.#mark = Buffer.alloc(0);
    this.#foundHead = Buffer.alloc(0);
    this.batchEnd = undefined;
    this.#begin(0);
  }

  #begin(offset: number): void {
    const { records, limits } = this.#flow;
    this.#readTo = offset;
    this.#settled = { at: offset, mark: this.#mark };
    this.#acknowledged = { offset, fingerprint: this.fingerprint };
    this.cutter = new RecordCutter(records, { atStart: offset === 0 });
    this.gathered = new GatheredRecords(limits, records.aggregatedRecordBytes, offset);
    this.gatheredSince = undefined;
  }

  /** True when what was read is still there. False also when nobody can say. */
  async isIntact(): Promise<boolean> {
    return (await this.open()) && (await this.holds(this.fingerprint, this.#readTo));
  }

  /** True when the file holds all that was read under this fingerprint, up to `offset`. */
  async holds(fingerprint: Fingerprint, offset: number): Promise<boolean> {
    return (await this.#verify(fingerprint, offset)) !== undefined;
  }

  /** Goes on behind `offset` if the file holds all that was read; what was compared is what it remembers. */
  async resume(fingerprint: Fingerprint, offset: number): Promise<boolean> {
    const found = await this.#verify(fingerprint, offset);
    if (found === undefined) return false;
    this.#head = found.head;
    this.#mark = found.mark;
    this.#begin(offset);
    return true;
  }

  async #verify({ headBytes, head, mark }: Fingerprint, offset: number) {
    if (this.size < offset) return undefined;
    const markStart = Math.max(0, offset - MARK_BYTES);
    const found = { head: await this.#bytesAt(0, headBytes), mark: await this.#bytesAt(markStart, offset - markStart) };
    return digestOf(found.head) === head && digestOf(found.mark) === mark ? found : undefined;
  }

  /** Looks at the first bytes, as many as are compared, unless they are known. */
  async lookAtHead(): Promise<void> {
    if (this.#head.length > 0 || this.#foundHead.length >= Math.min(this.size, HEAD_BYTES)) return;
    this.#foundHead = await this.#bytesAt(0, Math.min(this.size, HEAD_BYTES));
  }

  /** True when the other one begins with the bytes of this one, as far as they are known of both. */
  beginsAs(other: FollowedFile): boolean {
    const own = this.#head.length > 0 ? this.#head : this.#foundHead;
    const theirs = other.#head.length > 0 ? other.#head : other.#foundHead;
    const length = Math.min(own.length, theirs.length);
    return length > 0 && own.subarray(0, length).equals(theirs.subarray(0, length));
  }

  /** Behind the last line feed, where that is near the end: whoever begins there gets no half of a line. */
  async lastLineEnd(): Promise<number> {
    const start = Math.max(0, this.size - LAST_LINE_BYTES_MAX);
    const last = (await this.#bytesAt(start, this.size - start)).lastIndexOf(LINE_FEED);
    return last === -1 && start > 0 ? this.size : start + last + 1;
  }

  /** The fingerprint that goes with `readTo`. */
  get fingerprint(): Fingerprint {
    return { headBytes: this.#head.length, head: digestOf(this.#head), mark: digestOf(this.#mark) };
  }

  /** All before is in records, gathered or handed on. */
  get settledTo(): number {
    return this.#settled.at;
  }

  /** True when there was nothing more to read at the last look. */
  get isDrained(): boolean {
    return !this.hasChanged && !this.isBusy;
  }

  /** True when something happened to it since it was last read from. */
  get hasChanged(): boolean {
    return this.#lookedAt.size !== this.size || this.#lookedAt.modifiedAt !== this.modifiedAt;
  }

  /** It is read from now; what happens later is a change. */
  noteLook(): void {
    this.#lookedAt = { size: this.size, modifiedAt: this.modifiedAt };
  }

  /** Where a reader that starts again goes on. */
  acknowledged(seenAt: number): FilePosition {
    const { device, inode, path } = this;
    return { device, inode, path, ...this.#acknowledged, seenAt };
  }

  acknowledge({ offset, fingerprint }: FilePosition): void {
    this.#acknowledged = { offset, fingerprint };
  }

  /** Reads what follows into `target`, which has room for `MARK_BYTES` more than what it is to bring. */
  async read(target: Buffer): Promise<ReadPiece> {
    const marked = this.#mark.length;
    const base = this.#readTo;
    const bytes = await this.#into(target, base - marked);
    this.#piece = { bytes, start: base - marked };
    if (bytes.length < marked || !bytes.subarray(0, marked).equals(this.#mark)) return "rewritten";
    const most = this.batchEnd === undefined ? bytes.length : Math.min(bytes.length, marked + this.batchEnd - base);
    return { bytes: bytes.subarray(marked, most), base };
  }

  /** Takes note that `count` bytes of what was read last are done with, and that all before `settledTo` is settled. */
  consume(count: number, settledTo: number): void {
    const base = this.#readTo;
    const missing = HEAD_BYTES - this.#head.length;
    if (missing > 0 && this.#head.length === base && this.#piece !== undefined) {
      const from = base - this.#piece.start;
      this.#head = Buffer.concat([this.#head, this.#piece.bytes.subarray(from, from + Math.min(count, missing))]);
    }
    this.#readTo += count;
    this.#mark = this.#markBefore(this.#readTo) ?? this.#mark;
    this.#settled = { at: settledTo, mark: this.#markBefore(settledTo) ?? this.#settled.mark };
  }

  /** The memory of the last piece goes to somebody else. */
  releasePiece(): void {
    this.#piece = undefined;
  }

  /** `offset` lies in the last piece, or is where all is settled. */
  position(offset: number, seenAt: number): FilePosition {
    const { device, inode, path } = this;
    const head = this.#head.subarray(0, Math.min(offset, HEAD_BYTES));
    const mark = offset === this.#settled.at ? this.#settled.mark : this.#markBefore(offset);
    invariant(mark !== undefined, "a batch ends in the piece that was read last, or where the file is settled");
    const fingerprint = { headBytes: head.length, head: digestOf(head), mark: digestOf(mark) };
    return { device, inode, path, offset, fingerprint, seenAt };
  }

  /** A copy of the bytes before a place in the last piece. */
  #markBefore(offset: number): Buffer | undefined {
    if (this.#piece === undefined) return undefined;
    const { bytes, start } = this.#piece;
    const end = offset - start;
    if (end < Math.min(offset, MARK_BYTES) || end > bytes.length) return undefined;
    return Buffer.from(bytes.subarray(Math.max(0, end - MARK_BYTES), end));
  }

  async #bytesAt(position: number, length: number): Promise<Buffer> {
    return this.#into(Buffer.alloc(length), position);
  }

  async #into(target: Buffer, position: number): Promise<Buffer> {
    const handle = this.#handle;
    if (handle === undefined) return target.subarray(0, 0);
    let total = 0;
    while (total < target.length) {
      const { bytesRead } = await handle.read(target, total, target.length - total, position + total);
      if (bytesRead === 0) break;
      total += bytesRead;
    }
    return target.subarray(0, total);
  }
}
