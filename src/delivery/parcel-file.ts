import { crc32 } from "node:zlib";
import type { ByteSink } from "../formats/format.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import { joinCrc32 } from "../std/crc32.ts";
import type { Disk, DiskFile } from "../std/disk.ts";
import type { KeyRing } from "../std/key-ring.ts";
import type { Random } from "../std/random.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import { openSealedFile, type SealedFile, sealFile } from "./sealed-file.ts";

/**
 * Objects go to the disk as they grow: a sync of a whole one at its end keeps the syncs of the log waiting, 35 ms for 64 MB
 * where they take 3 (measured).
 */
const SYNCED_AT_ONCE_BYTES = 4 * 1024 * 1024;

/**
 * The encoded bytes of one parcel on their way to the target: written as they are encoded, synced before the intent's
 * first attempt, read again by each attempt, removed after the receipt.
 *
 * A file is never open between two writes, so that thousands may be in the making. A write that fails is repeated with
 * the same bytes at the same place until the disk takes it: the delivery waits, nothing is lost. With encryption at rest
 * each write is sealed on its own (`sealed-file.ts`); such a file cannot be linked into a bucket and is copied.
 */
export class ParcelFile implements ByteSink {
  readonly path: string;
  readonly #context: ParcelFileContext;
  readonly #sealed: SealedFile | undefined;
  #created = false;
  #bytes = 0;
  #checksum = 0;
  #unsyncedBytes = 0;
  #syncing: Promise<void> | undefined;
  /** The bytes before it may be gone, whatever a later sync says. */
  #failedSync: unknown;

  constructor(path: string, context: ParcelFileContext) {
    this.path = path;
    this.#context = context;
    this.#sealed = context.encrypted() && context.keyRing ? sealFile(context.keyRing, context.random) : undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(chunks: readonly Buffer[], crc?: number): Promise<void> {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytes === 0) return;
    if (crc !== undefined) this.#checksum = joinCrc32(this.#checksum, crc, bytes);
    else for (const chunk of chunks) this.#checksum = crc32(chunk, this.#checksum);
    const position = this.#sealed ? this.#sealed.bytes : this.#bytes;
    const stored = this.#sealed ? this.#sealed.seal(chunks) : chunks;
    await untilDiskTakesIt(this.#context, () => this.#withFile((file) => file.write(stored, position)));
    this.#bytes += bytes;
    this.#unsyncedBytes += bytes;
    if (this.#unsyncedBytes < SYNCED_AT_ONCE_BYTES) return;
    await this.#syncing;
    this.#syncing = this.#syncEarly();
  }

  /** While the next bytes are written: one after the other, an object would take half as long again. */
  async #syncEarly(): Promise<void> {
    this.#unsyncedBytes = 0;
    try {
      await this.#sync();
    } catch (error) {
      this.#failedSync ??= error;
    }
  }

  /** Makes the file durable. After a failed sync the bytes may be gone from the cache, so the caller has to encode again. */
  async finish(): Promise<EncodedFile> {
    await this.#syncing;
    if (this.#failedSync !== undefined) throw this.#failedSync;
    if (!this.#created) await untilDiskTakesIt(this.#context, () => this.#withFile(async () => undefined));
    await this.#sync();
    return { path: this.path, bytes: this.#bytes, checksum: this.#checksum };
  }

  async #sync(): Promise<void> {
    await this.#withFile((file) => file.datasync());
  }

  async #withFile<T>(use: (file: DiskFile) => Promise<T>): Promise<T> {
    const file = await this.#open();
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  async #open(): Promise<DiskFile> {
    if (this.#created) return this.#context.disk.open(this.path, "write");
    await this.#context.disk.unlink(this.path);
    const file = await this.#context.disk.open(this.path, "create");
    this.#created = true;
    return file;
  }
}

export interface ParcelFileContext {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly keyRing?: KeyRing | undefined;
  readonly encrypted: () => boolean;
  readonly signal: AbortSignal;
}

export interface EncodedFile {
  readonly path: string;
  readonly bytes: number;
  /** CRC-32 of all bytes. */
  readonly checksum: number;
}

/**
 * The body of a file that somebody else wrote, verified. `undefined` when it is absent or not what was recorded: then it
 * has to be encoded again.
 */
export async function openVerifiedBody(
  context: ParcelFileContext,
  encoded: EncodedFile,
): Promise<ObjectBody | undefined> {
  const body = await openBody(context, encoded);
  return body && (await holdsWhatWasRecorded(context, encoded, body)) ? body : undefined;
}

/** The body that attempts read. `undefined` when the file is absent. */
export async function openBody(context: ParcelFileContext, encoded: EncodedFile): Promise<ObjectBody | undefined> {
  if ((await context.disk.stat(encoded.path)) === undefined) return undefined;
  const sealed = await openSealedFile(context.disk, encoded.path, context.keyRing);
  const read = sealed
    ? (start: number, length: number) => sealed.read(start, length)
    : (start: number, length: number) => readRange(context.disk, encoded.path, start, length);
  const { bytes, checksum } = encoded;
  return { bytes, checksum, ...(sealed ? {} : { file: encoded.path }), read };
}

const VERIFY_BYTES = 1024 * 1024;

async function holdsWhatWasRecorded(
  context: ParcelFileContext,
  encoded: EncodedFile,
  body: ObjectBody,
): Promise<boolean> {
  if (body.file !== undefined && (await context.disk.stat(encoded.path))?.bytes !== encoded.bytes) return false;
  let checksum = 0;
  for (let start = 0; start < encoded.bytes; start += VERIFY_BYTES) {
    const chunk = await body.read(start, Math.min(VERIFY_BYTES, encoded.bytes - start)).catch(() => undefined);
    if (chunk === undefined) return false;
    checksum = crc32(chunk, checksum);
  }
  return checksum === encoded.checksum;
}

async function readRange(disk: Disk, path: string, start: number, length: number): Promise<Buffer> {
  const file = await disk.open(path, "read");
  try {
    const target = Buffer.allocUnsafe(length);
    return target.subarray(0, await file.read(target, start));
  } finally {
    await file.close();
  }
}

async function untilDiskTakesIt(context: ParcelFileContext, write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      context.signal.throwIfAborted();
      await context.clock.sleep(backoffMs(attempt, context.random, { maxMs: 5_000 }), context.signal);
      if (attempt >= WRITE_ATTEMPTS_MAX) throw error;
    }
  }
}

/** About an hour and a half of a full or failing disk; then the delivery stops with the disk's own error. */
const WRITE_ATTEMPTS_MAX = 1_000;
