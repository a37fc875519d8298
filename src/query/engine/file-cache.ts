import { createHash } from "node:crypto";
import { join } from "node:path";
import { detectCompression } from "../../formats/compression/decompress.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { QueryError } from "../query-error.ts";
import { FILES_MAX } from "../query-limits.ts";
import { CanonicalJson } from "./canonical-json.ts";
import type { NamedFile } from "./duckdb-failure.ts";
import { fileContent } from "./file-content.ts";
import type { StoredFile } from "./location.ts";
import { namesInFiles, type TableReader } from "./table-reader.ts";

export interface FileCacheOptions {
  readonly disk: Disk;
  /** Emptied at the start. */
  readonly directory: string;
  readonly bytesMax: number;
  /** The file that an object of the local lake is, so that it need not be copied. */
  readonly localPath: (bucket: string, key: string) => string | undefined;
}

/** A file on this disk with what DuckDB reads, under the name of its object. */
export interface ReadyFile extends NamedFile {
  readonly release: () => void;
}

/** Also what is known of files that need no copy takes memory, a few hundred bytes each. */
const ENTRIES_MAX = 4 * FILES_MAX;

interface Entry {
  bytes: number;
  users: number;
  /** The path in the cache, or that of the object itself when it turned out to be fit as it is. */
  readonly ready: Promise<string>;
}

/**
 * Objects as files that DuckDB can read: unpacked, whatever they are packed with and called, JSON in its canonical form, and
 * rows of formats that it does not know as JSON. Objects never change, so their etag names them; what is fit as it lies in the local lake is used where it lies.
 * The least recently used files go when there is no more room; files that a query reads stay.
 */
export class FileCache {
  readonly #options: FileCacheOptions;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  static async open(options: FileCacheOptions): Promise<FileCache> {
    await options.disk.removeDirectory(options.directory);
    await options.disk.makeDirectory(options.directory);
    return new FileCache(options);
  }

  private constructor(options: FileCacheOptions) {
    this.#options = options;
  }

  async ready(
    file: StoredFile,
    reader: TableReader,
    columns: readonly Column[],
    signal: AbortSignal,
  ): Promise<ReadyFile> {
    const local = this.#plainPath(file);
    const name = objectName(file);
    if (local !== undefined && reader.format === "parquet") return { path: local, name, release: () => undefined };
    const key = nameOf(file, reader, columns);
    const known = this.#entries.get(key);
    const entry = known ?? this.#make(key, local, file, reader, columns, signal);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    const release = () => {
      entry.users--;
    };
    try {
      await this.#evict();
      return { path: await entry.ready, name, release };
    } catch (error) {
      release();
      // Another query's end is none of ours: it was that one who gave up.
      if (known !== undefined && !signal.aborted) return this.ready(file, reader, columns, signal);
      throw error;
    }
  }

  /** DuckDB takes these signs in a path for a pattern. */
  #plainPath({ bucket, object, ...file }: StoredFile): string | undefined {
    const path = file.path ?? this.#options.localPath(bucket, object.key);
    return path === undefined || /[*?[\]\\]/.test(path) ? undefined : path;
  }

  #make(
    name: string,
    local: string | undefined,
    file: StoredFile,
    reader: TableReader,
    columns: readonly Column[],
    signal: AbortSignal,
  ): Entry {
    const path = join(this.#options.directory, name);
    const write = async () => {
      if (local !== undefined && (await isFit(file, reader, columns, signal))) return local;
      await this.#write(path, file, reader, columns, signal, (bytes) => this.#account(entry, bytes));
      return path;
    };
    const entry: Entry = {
      bytes: 0,
      users: 0,
      ready: write().catch(async (error) => {
        this.#entries.delete(name);
        this.#bytes -= entry.bytes;
        await this.#options.disk.unlink(path);
        throw error;
      }),
    };
    return entry;
  }

  async #evict(): Promise<void> {
    for (const [name, { users, bytes }] of this.#entries) {
      if (this.#bytes <= this.#options.bytesMax && this.#entries.size <= ENTRIES_MAX) return;
      if (users > 0) continue;
      this.#entries.delete(name);
      this.#bytes -= bytes;
      await this.#options.disk.unlink(join(this.#options.directory, name));
    }
  }

  async #account(entry: Entry, bytes: number): Promise<void> {
    entry.bytes += bytes;
    this.#bytes += bytes;
    await this.#evict();
    if (this.#bytes > this.#options.bytesMax) {
      const message = `The files that queries read now need more than ${this.#options.bytesMax} bytes unpacked, which is the limit of the cache; read fewer partitions at a time`;
      throw new QueryError("limit-exceeded", message);
    }
  }

  async #write(
    path: string,
    stored: StoredFile,
    reader: TableReader,
    columns: readonly Column[],
    signal: AbortSignal,
    onBytes: (bytes: number) => Promise<void>,
  ): Promise<void> {
    const { disk, bytesMax } = this.#options;
    await disk.unlink(path);
    const file: DiskFile = await disk.open(path, "create");
    try {
      let position = 0;
      for await (const chunk of fileContent(stored, reader, columns, bytesMax)) {
        signal.throwIfAborted();
        await onBytes(chunk.length);
        await file.write([chunk], position);
        position += chunk.length;
      }
    } catch (error) {
      throw ofFile(stored, error);
    } finally {
      await file.close();
    }
  }
}

/** What is wrong with the bytes of an object, with its name. */
function ofFile(file: StoredFile, error: unknown): unknown {
  if (!(error instanceof LakehoseError) || !ERRORS_OF_BYTES.has(error.code)) return error;
  return new QueryError("data", `${objectName(file)}: ${error.message}`, { cause: error });
}

function objectName({ bucket, object }: StoredFile): string {
  return `s3://${bucket}/${object.key}`;
}

const ERRORS_OF_BYTES: ReadonlySet<string> = new Set([
  "damaged-object",
  "decompressed-too-large",
  "unsupported-compression",
  "unsupported-value",
]);

/** True when the object can be read as it is. */
async function isFit(
  { store, bucket, object }: StoredFile,
  reader: TableReader,
  columns: readonly Column[],
  signal: AbortSignal,
): Promise<boolean> {
  if (!("lines" in reader) || reader.lines !== "text") return false;
  let first = true;
  const canonical = new CanonicalJson(namesInFiles(reader, columns));
  for await (const chunk of await store.get(bucket, object.key)) {
    signal.throwIfAborted();
    if (first && (await detectCompression(chunk)) !== "none") return false;
    if (reader.format !== "json") return true;
    first = false;
    canonical.push(chunk);
    if (canonical.changed) return false;
  }
  return true;
}

/** Of these a file in the cache has the columns of one table, and what their types say about it. */
const DEPENDS_ON_COLUMNS: readonly string[] = ["avro", "json", "orc"];

function nameOf({ store, bucket, object }: StoredFile, reader: TableReader, columns: readonly Column[]): string {
  const shape = DEPENDS_ON_COLUMNS.includes(reader.format) ? JSON.stringify(namesInFiles(reader, columns)) : "";
  const lines = "lines" in reader ? reader.lines : "";
  const identity = JSON.stringify([
    store.type,
    bucket,
    object.key,
    object.etag,
    object.bytes,
    reader.format,
    lines,
    shape,
  ]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 32);
}
