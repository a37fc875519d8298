import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { compareKeys } from "../compare-keys.ts";
import type {
  LakeObject,
  LakePart,
  LakeUpload,
  LakeUploads,
  LocalLake,
  ObjectAttributes,
  ObjectTarget,
  ReceivedFile,
} from "../local-lake.ts";
import { ObjectStoreError, type UploadRef } from "../object-store.ts";
import { withStoreErrors } from "./disk-errors.ts";
import { KeyLocks } from "./key-locks.ts";

/**
 * Uploads in parts, outside of every bucket.
 *
 *     directory/UPLOAD/upload.json            bucket, key, attributes
 *     directory/UPLOAD/part-00001-MD5         one part, synced, moved here whole
 *
 * Completing copies the parts into one synced file, which then becomes the object as that of any put does. A crash before
 * that leaves the upload as it was; a crash behind it leaves an upload whose object is there, which expires.
 */
export interface DiskUploadsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** On the file system of the buckets and outside of them. */
  readonly directory: string;
  readonly lake: Pick<LocalLake, "receive" | "place">;
}

/** Uploads that nobody touched for so long are dead: their parts take room that nobody sees. */
const UNTOUCHED_MS_MAX = 7 * 24 * 60 * 60 * 1000;

/** How often dead uploads are looked for: when a new one begins and this has passed. */
const SWEEP_MS = 60 * 60 * 1000;

/** Far above what clients have open at a time; each costs a folder. */
const UPLOADS_MAX = 10_000;

const COPY_PIECE_BYTES = 1024 * 1024;

const uploadSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  startedAt: z.number(),
  attributes: z.object({
    contentType: z.string(),
    contentEncoding: z.string().optional(),
    contentDisposition: z.string().optional(),
    contentLanguage: z.string().optional(),
    cacheControl: z.string().optional(),
    expires: z.string().optional(),
    metadata: z.record(z.string(), z.string()),
    storageClass: z.string().optional(),
    tags: z.record(z.string(), z.string()),
    checksums: z.record(z.string(), z.string()),
  }),
});

const PART_PATTERN = /^part-(\d{5})-([0-9a-f]{32})$/;

export class DiskUploads implements LakeUploads {
  readonly #options: DiskUploadsOptions;
  readonly #disk: Disk;
  readonly #locks = new KeyLocks();
  #sweptAt: number | undefined;

  constructor(options: DiskUploadsOptions) {
    this.#options = options;
    this.#disk = options.disk;
  }

  create(bucket: string, key: string, attributes: ObjectAttributes): Promise<string> {
    return withStoreErrors(bucket, key, async () => {
      await this.#sweep();
      const uploadId = this.#options.random.bytes(16).toString("hex");
      const folder = join(this.#options.directory, uploadId);
      await this.#disk.makeDirectory(folder);
      const upload = { bucket, key, startedAt: this.#options.clock.now(), attributes };
      await writeFileDurably(this.#disk, join(folder, "upload.json"), Buffer.from(JSON.stringify(upload)));
      return uploadId;
    });
  }

  async find(upload: UploadRef): Promise<LakeUpload> {
    const found = await this.#read(upload.uploadId);
    if (found?.bucket === upload.bucket && found.key === upload.key) return found;
    throw new ObjectStoreError("no-such-upload", `No upload ${upload.uploadId.slice(0, 64)} of ${upload.key}`);
  }

  putPart(upload: UploadRef, partNumber: number, received: ReceivedFile): Promise<LakePart> {
    const { bucket, key, uploadId } = upload;
    return withStoreErrors(bucket, key, () =>
      this.#locks.run(uploadId, async () => {
        await this.find(upload);
        const before = (await this.#parts(uploadId)).filter((part) => part.partNumber === partNumber);
        const path = this.#partPath(uploadId, partNumber, received.md5);
        await this.#disk.rename(received.file, path);
        for (const { etag } of before) {
          if (etag !== received.md5) await this.#disk.unlink(this.#partPath(uploadId, partNumber, etag));
        }
        await this.#disk.syncDirectory(join(this.#options.directory, uploadId));
        return { partNumber, etag: received.md5, bytes: received.bytes, modifiedAt: this.#options.clock.now() };
      }),
    );
  }

  async listParts(upload: UploadRef): Promise<readonly LakePart[]> {
    await this.find(upload);
    return this.#parts(upload.uploadId);
  }

  complete(upload: UploadRef, parts: readonly LakePart[], target: ObjectTarget): Promise<LakeObject> {
    const { bucket, key, uploadId } = upload;
    return withStoreErrors(bucket, key, () =>
      this.#locks.run(uploadId, async () => {
        await this.find(upload);
        const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
        const received = await this.#options.lake.receive(this.#bytesOf(uploadId, parts), bytes);
        try {
          const object = await this.#options.lake.place(target, received);
          await this.#disk.removeDirectory(join(this.#options.directory, uploadId));
          return object;
        } finally {
          await received.discard();
        }
      }),
    );
  }

  abort(upload: UploadRef): Promise<void> {
    const { bucket, key, uploadId } = upload;
    return withStoreErrors(bucket, key, () =>
      this.#locks.run(uploadId, async () => {
        await this.find(upload);
        await this.#disk.removeDirectory(join(this.#options.directory, uploadId));
      }),
    );
  }

  async list(bucket: string): Promise<readonly LakeUpload[]> {
    const uploads: LakeUpload[] = [];
    for (const uploadId of await this.#disk.list(this.#options.directory)) {
      const upload = await this.#read(uploadId);
      if (upload?.bucket === bucket) uploads.push(upload);
    }
    return uploads.sort((a, b) => compareKeys(a.key, b.key) || a.startedAt - b.startedAt);
  }

  async #read(uploadId: string): Promise<LakeUpload | undefined> {
    if (!/^[0-9a-f]{32}$/.test(uploadId)) return undefined;
    const bytes = await readFileWhole(this.#disk, join(this.#options.directory, uploadId, "upload.json"));
    return bytes && { ...uploadSchema.parse(JSON.parse(bytes.toString())), uploadId };
  }

  async #parts(uploadId: string): Promise<LakePart[]> {
    const folder = join(this.#options.directory, uploadId);
    const parts: LakePart[] = [];
    for (const name of await this.#disk.list(folder)) {
      const [, number, etag] = PART_PATTERN.exec(name) ?? [];
      const stat = etag === undefined ? undefined : await this.#disk.stat(join(folder, name));
      if (etag === undefined || stat === undefined) continue;
      parts.push({ partNumber: Number(number), etag, bytes: stat.bytes, modifiedAt: stat.modifiedAt });
    }
    return parts;
  }

  async *#bytesOf(uploadId: string, parts: readonly LakePart[]): AsyncGenerator<Buffer> {
    for (const { partNumber, etag, bytes } of parts) {
      const file = await this.#disk.open(this.#partPath(uploadId, partNumber, etag), "read");
      try {
        for (let at = 0; at < bytes; at += COPY_PIECE_BYTES) {
          const piece = Buffer.allocUnsafe(Math.min(COPY_PIECE_BYTES, bytes - at));
          const count = await file.read(piece, at);
          if (count < piece.length) throw new ObjectStoreError("unavailable", `Part ${partNumber} has become shorter`);
          yield piece;
        }
      } finally {
        await file.close();
      }
    }
  }

  #partPath(uploadId: string, partNumber: number, etag: string): string {
    return join(this.#options.directory, uploadId, `part-${String(partNumber).padStart(5, "0")}-${etag}`);
  }

  /** Removes dead uploads, and refuses a new one where there are too many that live. */
  async #sweep(): Promise<void> {
    const { clock, directory } = this.#options;
    const uploads = await this.#disk.list(directory);
    const now = clock.monotonic();
    if (this.#sweptAt === undefined || now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const uploadId of uploads) await this.#locks.run(uploadId, () => this.#removeIfDead(uploadId));
    }
    if (uploads.length < UPLOADS_MAX) return;
    const message = `There are ${uploads.length} uploads under way, of at most ${UPLOADS_MAX}: complete or abort some`;
    throw new ObjectStoreError("throttled", message);
  }

  async #removeIfDead(uploadId: string): Promise<void> {
    const folder = join(this.#options.directory, uploadId);
    let touchedAt = (await this.#disk.stat(folder))?.modifiedAt ?? 0;
    for (const { modifiedAt } of await this.#parts(uploadId)) touchedAt = Math.max(touchedAt, modifiedAt);
    if (this.#options.clock.now() - touchedAt > UNTOUCHED_MS_MAX) await this.#disk.removeDirectory(folder);
  }
}
