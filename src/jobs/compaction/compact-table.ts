import { join } from "node:path";
import { CatalogError } from "../../catalog/catalog-error.ts";
import type { Table } from "../../catalog/table.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { rewrittenKey } from "../rewriting/output-name.ts";
import { filesToRewrite } from "../rewriting/place-files.ts";
import { isOvertaken, replaceFiles } from "../rewriting/replace-files.ts";
import { BATCH_FILES_MAX } from "../rewriting/rewriting-limits.ts";
import type { RewritingRun } from "../rewriting/rewriting-world.ts";
import {
  type PartitionChoice,
  placesToRewrite,
  refuseReadByListing,
  type TablePlace,
  tableToRewrite,
} from "../rewriting/table-places.ts";
import { type JoinedFile, joinFiles } from "./join-files.ts";
import { planBatches } from "./plan-batches.ts";

export interface CompactionSettings {
  readonly database: string;
  readonly table: string;
  readonly partition: PartitionChoice;
  readonly targetBytes: number;
  readonly filesMin: number;
  readonly ageMsMin: number;
}

/** What one batch reads, beside the target: files that are packed better in the end may be more in the beginning. */
const INPUT_SHARE_MAX = 4;

/** What the first batch is believed to become; later ones know from those before. */
const OUTPUT_RATIO_MIN = 0.05;

/**
 * Many small files of a table become few large ones.
 *
 * For each folder of each chosen partition: the files that may be rewritten now, in batches (`plan-batches.ts`); each batch
 * becomes a file on this disk, which is read again and counted; only then the catalog hears of it, and replaces the old files
 * by the new one in one step. So a batch is done or was never begun, whatever happens, and what was done is never done again.
 *
 * A file that has changed, come or gone meanwhile is nobody's fault: that batch is given up, and the next run finds the
 * folder as it is then. Files that come during the run are no part of it and stay.
 */
export class TableCompaction {
  readonly #settings: CompactionSettings;
  readonly #run: RewritingRun;
  readonly #counters = {
    partitionsLookedAt: 0,
    filesRead: 0,
    filesWritten: 0,
    filesLeftAlone: 0,
    batchesGivenUp: 0,
    rowsRewritten: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };

  constructor(settings: CompactionSettings, run: RewritingRun) {
    this.#settings = settings;
    this.#run = run;
  }

  async compact(): Promise<Readonly<Record<string, number>>> {
    const { catalog, changes, signal } = this.#run;
    const { database, table: name, partition, ageMsMin } = this.#settings;
    const table = tableToRewrite(catalog, database, name);
    refuseReadByListing(table);
    for (const place of await placesToRewrite(table, catalog.partitions, partition)) {
      signal.throwIfAborted();
      const folders = await filesToRewrite(place, { ...this.#run, changes, ageMsMin });
      for (const files of folders) {
        if (!(await this.#compactFolder(table, place, files))) return this.#counters;
      }
      this.#counters.partitionsLookedAt++;
    }
    return this.#counters;
  }

  /** False when the catalog takes no more changes for now. */
  async #compactFolder(table: Table, place: TablePlace, files: readonly StoredFile[]): Promise<boolean> {
    let left = files.map((file) => ({ key: file.object.key, bytes: file.object.bytes, file }));
    for (;;) {
      const [planned] = planBatches(left, this.#limits());
      if (planned === undefined) return true;
      const batch = planned.map(({ file }) => file);
      const outcome = await this.#tryBatch(table, place, batch);
      if (outcome === "no-room") return false;
      const settled = new Set(outcome === "done" ? batch : [outcome]);
      left = left.filter(({ file }) => !settled.has(file));
      this.#run.progress(this.#counters.filesRead);
    }
  }

  /** The file that is to blame when the batch has to be planned without it. */
  async #tryBatch(
    table: Table,
    place: TablePlace,
    batch: readonly StoredFile[],
  ): Promise<"done" | "no-room" | StoredFile> {
    try {
      await this.#rewrite(table, place, batch);
      return "done";
    } catch (error) {
      const culprit = error instanceof FileLeftAlone ? batch.find(({ object }) => object.key === error.key) : undefined;
      if (culprit !== undefined) {
        this.#leaveAlone((error as FileLeftAlone).message);
        return culprit;
      }
      if (isOvertaken(error)) {
        this.#giveUp(batch);
        return "done";
      }
      if (!(error instanceof CatalogError && error.code === "limit-exceeded")) throw error;
      this.#run.log(`${error.message}. The next run goes on from here`);
      return "no-room";
    }
  }

  async #rewrite(table: Table, place: TablePlace, batch: readonly StoredFile[]): Promise<void> {
    const { disk } = this.#run;
    const directory = join(this.#run.directory, "batch");
    await disk.removeDirectory(directory);
    await disk.makeDirectory(directory);
    try {
      const { joined, leftAlone } = await joinFiles(place, batch, directory, this.#run);
      for (const [{ bucket, object }, reason] of leftAlone) {
        this.#leaveAlone(`s3://${bucket}/${object.key} is left as it is: ${reason}`);
      }
      for (const file of joined) await this.#replace(table, file);
    } finally {
      await disk.removeDirectory(directory);
    }
  }

  async #replace(table: Table, joined: JoinedFile): Promise<void> {
    const { inputs, body, extension, contentType, contentEncoding, rowsIn, rowsOut } = joined;
    const [first] = inputs;
    if (first === undefined) return;
    if (rowsIn !== rowsOut) throw rowsDiffer(first, rowsIn, rowsOut);
    const key = rewrittenKey(first.object.key, extension, this.#run.random);
    const encoding = contentEncoding === undefined ? {} : { contentEncoding };
    const made = { name: { bucket: first.bucket, key }, body, contentType, ...encoding };
    if (!(await replaceFiles(table, inputs, [made], this.#run))) return this.#giveUp(inputs);
    const bytesRead = inputs.reduce((sum, { object }) => sum + object.bytes, 0);
    this.#counters.filesRead += inputs.length;
    this.#counters.filesWritten++;
    this.#counters.rowsRewritten += rowsOut;
    this.#counters.bytesRead += bytesRead;
    this.#counters.bytesWritten += body.bytes;
    this.#run.log(`${inputs.length} files, ${bytesRead} bytes -> ${key}, ${body.bytes} bytes`);
  }

  #limits() {
    const { targetBytes, filesMin } = this.#settings;
    const { bytesRead, bytesWritten } = this.#counters;
    const outputRatio = bytesRead === 0 ? 1 : Math.min(1, Math.max(OUTPUT_RATIO_MIN, bytesWritten / bytesRead));
    return {
      targetBytes,
      filesMin,
      filesMax: BATCH_FILES_MAX,
      inputBytesMax: INPUT_SHARE_MAX * targetBytes,
      outputRatio,
    };
  }

  #leaveAlone(message: string): void {
    this.#counters.filesLeftAlone++;
    this.#run.log(message);
  }

  #giveUp(files: readonly StoredFile[]): void {
    this.#counters.batchesGivenUp++;
    const [first] = files;
    const where = first === undefined ? "" : ` from s3://${first.bucket}/${first.object.key} on`;
    this.#run.log(`${files.length} files${where} are left for the next run: one of them has changed meanwhile`);
  }
}

function rowsDiffer({ bucket, object }: StoredFile, rowsIn: number, rowsOut: number): LakehoseError {
  const message = `The files from s3://${bucket}/${object.key} on have ${rowsIn} rows, the one made of them has ${rowsOut}; nothing was replaced`;
  return new LakehoseError("rewrite-failed", message);
}
