import { join } from "node:path";
import type { Table } from "../../catalog/table.ts";
import { LakehoseError } from "../../model/errors.ts";
import { listFiles, type StoredFile } from "../../query/engine/location.ts";
import { shapeOf } from "../../query/engine/table-shape.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { isRewritten } from "../rewriting/output-name.ts";
import { filesToRewrite } from "../rewriting/place-files.ts";
import { isOvertaken, type NewFile, replaceFiles } from "../rewriting/replace-files.ts";
import { BATCH_FILES_MAX } from "../rewriting/rewriting-limits.ts";
import type { RewritingRun } from "../rewriting/rewriting-world.ts";
import { type PartitionChoice, placesOf, type TablePlace, tableToRewrite } from "../rewriting/table-places.ts";
import { ConversionNotes, noteOf } from "./conversion-notes.ts";
import { type BadRecord, type ConvertedFiles, jsonToParquet } from "./json-to-parquet.ts";
import { rowsToParquet } from "./rows-to-parquet.ts";
import { ensurePartition, folderIn, type TargetTable, targetTable } from "./target-table.ts";

export interface ConversionSettings {
  readonly database: string;
  readonly table: string;
  readonly partition: PartitionChoice;
  readonly targetDatabase: string;
  readonly targetTable: string;
  readonly targetLocation: string | undefined;
  readonly compression: "snappy" | "gzip" | "zstd" | "none";
  /** Of the source, as it is stored: what one file of Parquet is made of. */
  readonly batchBytes: number;
  readonly ageMsMin: number;
}

/**
 * Files of a table become Parquet files of another one, each once: JSON by the rules of format conversion in streams, record by
 * record (`json-to-parquet.ts`), all else with the rows that a query sees (`rows-to-parquet.ts`).
 *
 * What has been converted is noted in the target itself (`conversion-notes.ts`), in the same change as the rows, so that a
 * crash, or a run that is started again, neither leaves files out nor takes them twice. Records that are no rows of the
 * table go to `_lakehose/bad-records/` of the target in that change, too: rows and bad records are all that the files had.
 *
 * A source whose files are compacted after they were converted cannot be told from one with new files: that is refused.
 */
export class TableConversion {
  readonly #settings: ConversionSettings;
  readonly #run: RewritingRun;
  readonly #counters = {
    filesConverted: 0,
    filesWritten: 0,
    filesLeftAlone: 0,
    batchesGivenUp: 0,
    recordsRead: 0,
    rowsWritten: 0,
    recordsBad: 0,
  };

  constructor(settings: ConversionSettings, run: RewritingRun) {
    this.#settings = settings;
    this.#run = run;
  }

  async convert(): Promise<Readonly<Record<string, number>>> {
    const { catalog, signal } = this.#run;
    const { database, table, partition, targetDatabase, targetTable: name, targetLocation } = this.#settings;
    const source = tableToRewrite(catalog, database, table);
    const places = await placesOf(source, catalog.partitions, partition);
    const choice = { database: targetDatabase, table: name, location: targetLocation };
    const target = await targetTable(catalog, source, places, choice);
    for (const place of places) {
      signal.throwIfAborted();
      await this.#convertPlace(source, target, place);
    }
    return this.#counters;
  }

  async #convertPlace(source: Table, target: TargetTable, place: TablePlace): Promise<void> {
    const notes = await this.#notesOf(target, place);
    const folders = await filesToRewrite(place, this.#listing());
    let left = folders.flat().filter((file) => this.#isNew(file, notes));
    while (left.length > 0) {
      const batch = firstBatch(left, this.#settings.batchBytes);
      const outcome = await this.#tryBatch(source, target, place, batch);
      if (outcome === "done") notes.add(batch);
      const settled = new Set(outcome === "done" ? batch : [outcome]);
      left = left.filter((file) => !settled.has(file));
      this.#run.progress(this.#counters.filesConverted);
    }
  }

  #listing() {
    return { ...this.#run, ageMsMin: this.#settings.ageMsMin };
  }

  async #notesOf(target: TargetTable, place: TablePlace): Promise<ConversionNotes> {
    const { changes, storeFor, signal } = this.#run;
    const view = changes.view();
    try {
      const { bucket } = target.location;
      const notes = await ConversionNotes.read(storeFor(bucket), { bucket, prefix: notesPrefix(target, place) }, view);
      if (notes.isEmpty) return notes;
      for await (const file of listFiles(storeFor, place.location, view, signal)) {
        if (isRewritten(file.object.key) && notes.of(file) === "new") throw rewrittenMeanwhile(file);
      }
      return notes;
    } finally {
      view.release();
    }
  }

  #isNew(file: StoredFile, notes: ConversionNotes): boolean {
    const state = notes.of(file);
    if (state === "changed") {
      this.#leaveAlone(
        `s3://${file.bucket}/${file.object.key} has changed since it was converted; its rows stay as they were`,
      );
    }
    return state === "new";
  }

  async #tryBatch(
    source: Table,
    target: TargetTable,
    place: TablePlace,
    batch: readonly StoredFile[],
  ): Promise<"done" | StoredFile> {
    const { disk } = this.#run;
    const directory = join(this.#run.directory, "batch");
    await disk.removeDirectory(directory);
    await disk.makeDirectory(directory);
    try {
      const converted = await this.#convertFiles(source, place, batch, directory);
      await this.#commit(target, place, batch, converted);
    } catch (error) {
      const culprit = error instanceof FileLeftAlone ? batch.find(({ object }) => object.key === error.key) : undefined;
      if (culprit !== undefined) {
        this.#leaveAlone((error as FileLeftAlone).message);
        return culprit;
      }
      if (!isOvertaken(error)) throw error;
      this.#counters.batchesGivenUp++;
      this.#run.log(`${batch.length} files are left for the next run: one of them has changed meanwhile`);
    } finally {
      await disk.removeDirectory(directory);
    }
    return "done";
  }

  async #convertFiles(source: Table, { reader }: TablePlace, batch: readonly StoredFile[], directory: string) {
    const options = { columns: shapeOf(source).columns, compression: this.#settings.compression, directory };
    const converted =
      reader.format === "json"
        ? await jsonToParquet(batch, { ...options, reader, run: this.#run })
        : await rowsToParquet(batch, { ...options, reader, run: this.#run });
    const { records, rows, bad } = converted;
    if (rows + bad.length !== records) {
      const message = `${batch.length} files have ${records} records, of which ${rows} rows and ${bad.length} bad records were made; nothing was written`;
      throw new LakehoseError("rewrite-failed", message);
    }
    return converted;
  }

  async #commit(
    target: TargetTable,
    place: TablePlace,
    batch: readonly StoredFile[],
    { body, records, rows, bad }: ConvertedFiles,
  ): Promise<void> {
    const { catalog, random } = this.#run;
    const { bucket } = target.location;
    const id = random.bytes(16).toString("hex");
    const json = "application/x-ndjson";
    const note: NewFile = {
      name: { bucket, key: `${notesPrefix(target, place)}${id}.json` },
      body: bytesBody(noteOf(batch)),
      contentType: "application/json",
    };
    const key = `${folderIn(target, place.values)}converted-${id}.parquet`;
    const made = { name: { bucket, key }, body, contentType: "application/vnd.apache.parquet" };
    const badKey = `${target.location.prefix}_lakehose/bad-records/${id}.json`;
    const badFile = { name: { bucket, key: badKey }, body: bytesBody(badLines(bad)), contentType: json };
    await ensurePartition(catalog.partitions, target, place.values);
    const news = [...(rows === 0 ? [] : [made]), ...(bad.length === 0 ? [] : [badFile]), note];
    if (!(await replaceFiles(target.table, [], news, this.#run)))
      throw new LakehoseError("conflict", `${key} is taken`);
    this.#counters.filesConverted += batch.length;
    this.#counters.filesWritten += rows === 0 ? 0 : 1;
    this.#counters.recordsRead += records;
    this.#counters.rowsWritten += rows;
    this.#counters.recordsBad += bad.length;
    this.#run.log(`${batch.length} files -> ${key}, ${rows} rows`);
    if (bad.length > 0) this.#run.log(`${bad.length} records are no rows of the table: see s3://${bucket}/${badKey}`);
  }

  #leaveAlone(message: string): void {
    this.#counters.filesLeftAlone++;
    this.#run.log(message);
  }
}

/** Hidden from readers of tables by the underscore. */
function notesPrefix(target: TargetTable, { values }: TablePlace): string {
  const below = folderIn(target, values).slice(target.location.prefix.length);
  return `${target.location.prefix}_lakehose/converted/${below}`;
}

function firstBatch(files: readonly StoredFile[], batchBytes: number): readonly StoredFile[] {
  let bytes = 0;
  const tooMany = files.findIndex(({ object }, index) => {
    bytes += object.bytes;
    return index > 0 && (bytes > batchBytes || index >= BATCH_FILES_MAX);
  });
  return tooMany === -1 ? files : files.slice(0, tooMany);
}

function badLines(bad: readonly BadRecord[]): Buffer {
  const lines = bad.map(({ file, place, reject }) => {
    const source = `s3://${file.bucket}/${file.object.key}`;
    const { code, message, bytes } = reject;
    return `${JSON.stringify({ source, record: place, errorCode: code, errorMessage: message, rawData: bytes.toString("base64") })}\n`;
  });
  return Buffer.from(lines.join(""));
}

function rewrittenMeanwhile({ bucket, object }: StoredFile): LakehoseError {
  const message = `s3://${bucket}/${object.key} was made by a compaction or de-duplication after files of this table had been converted: nobody can tell which of its rows are new. Rewrite the files of the target instead, or convert into a new table`;
  return new LakehoseError("invalid", message);
}
