import type { Disk, DiskFile } from "../std/disk.ts";
import type { ResultRow } from "./engine/query-engine.ts";
import { QueryError } from "./query-error.ts";
import { PAGE_BYTES_MAX, RESULT_BYTES_MAX } from "./query-limits.ts";

/** Rows of a result in a file, each as a line of JSON. Where batches begin is remembered, so that any page is found at once. */
export class ResultFile {
  readonly #disk: Disk;
  readonly #file: DiskFile;
  readonly #batches: { readonly row: number; readonly position: number }[] = [];
  #rows = 0;
  #bytes = 0;
  #removed = false;

  static async create(disk: Disk, path: string): Promise<ResultFile> {
    return new ResultFile(disk, await disk.open(path, "create"));
  }

  private constructor(disk: Disk, file: DiskFile) {
    this.#disk = disk;
    this.#file = file;
  }

  /** Resolves to the number of rows that there are now. */
  async append(rows: readonly ResultRow[]): Promise<number> {
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    if (this.#bytes + bytes.length > RESULT_BYTES_MAX) {
      const message = `The result has more than ${RESULT_BYTES_MAX} bytes, which is the limit; ask for fewer columns or rows`;
      throw new QueryError("limit-exceeded", message);
    }
    await this.#file.write([bytes], this.#bytes);
    this.#batches.push({ row: this.#rows, position: this.#bytes });
    this.#rows += rows.length;
    this.#bytes += bytes.length;
    return this.#rows;
  }

  /** At most `limit` rows, fewer when they are long or at the end. A row that is there always comes. */
  async read(from: number, limit: number): Promise<readonly ResultRow[]> {
    const index = this.#batches.findLastIndex(({ row }) => row <= from);
    const rows: ResultRow[] = [];
    let bytes = 0;
    for (let at = index; at >= 0 && at < this.#batches.length && rows.length < limit; at++) {
      for (const line of (await this.#lines(at)).slice(at === index ? from - (this.#batches[at]?.row ?? 0) : 0)) {
        bytes += line.length;
        if (rows.length >= limit || (rows.length > 0 && bytes > PAGE_BYTES_MAX)) return rows;
        rows.push(JSON.parse(line));
      }
    }
    return rows;
  }

  async #lines(index: number): Promise<readonly string[]> {
    const start = this.#batches[index]?.position ?? this.#bytes;
    const bytes = Buffer.alloc((this.#batches[index + 1]?.position ?? this.#bytes) - start);
    await this.#file.read(bytes, start);
    return bytes.toString("utf8").split("\n").slice(0, -1);
  }

  async remove(): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    await this.#file.close();
    await this.#disk.unlink(this.#file.path);
  }
}
