import { join } from "node:path";
import type { Table } from "../../catalog/table.ts";
import type { FileView } from "../../catalog/table-changes/table-changes.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { FileCache, type ReadyFile } from "../../query/engine/file-cache.ts";
import { listFiles } from "../../query/engine/location.ts";
import { QuerySession } from "../../query/engine/session.ts";
import { shapeOf } from "../../query/engine/table-shape.ts";
import { FILES_MAX } from "../../query/query-limits.ts";
import { compareKeys } from "../../storage/compare-keys.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { type NewFile, replaceFiles } from "../rewriting/replace-files.ts";
import { type RewritingRun, sessionOptionsOf } from "../rewriting/rewriting-world.ts";
import {
  type PartitionChoice,
  placesToRewrite,
  refuseReadByListing,
  tableToRewrite,
} from "../rewriting/table-places.ts";
import { columnsToRead, type RepeatRule, Repeats } from "./find-repeats.ts";
import { rewriteWithout } from "./rewrite-without.ts";
import { inGroups, visibleKey, type WindowFile } from "./window-files.ts";

export interface DeduplicationSettings {
  readonly database: string;
  readonly table: string;
  readonly partition: PartitionChoice;
  /** Of the chosen partitions, by their values in order. */
  readonly lastPartitions: number | undefined;
  /** Only files that are younger than this are looked at. */
  readonly changedWithinMs: number | undefined;
  readonly ageMsMin: number;
  readonly keys: readonly string[];
  readonly order: string | undefined;
  readonly keep: "first" | "last";
}

/** Unpacked files of the window, on this disk. */
const UNPACKED_BYTES_MAX = 16 * 1024 ** 3;

/**
 * Rows that have the same key as another one within a window of the table go, and one of them stays.
 *
 * The window is read as queries read it, also what may not be rewritten now; then only the files that hold a repeat are
 * written anew, without it, a group of them in one change. A group is committed only if the files with the rows that stay
 * are still what they were: otherwise both could go. So each commit is right for itself, and a crash leaves some repeats to
 * the next run. Two runs on one server must not work on one table at the same time with different rules; the kind sees to it.
 */
export class TableDeduplication {
  readonly #settings: DeduplicationSettings;
  readonly #run: RewritingRun;
  /** Files that this run has replaced: the rows that stay are in their successors. */
  readonly #replaced = new Set<number>();
  readonly #counters = {
    filesRead: 0,
    rowsRead: 0,
    rowsDropped: 0,
    filesWritten: 0,
    filesLeftAlone: 0,
    filesGivenUp: 0,
  };

  constructor(settings: DeduplicationSettings, run: RewritingRun) {
    this.#settings = settings;
    this.#run = run;
  }

  async deduplicate(): Promise<Readonly<Record<string, number>>> {
    const { catalog, changes } = this.#run;
    const { database, table: name } = this.#settings;
    const table = tableToRewrite(catalog, database, name);
    refuseReadByListing(table);
    const rule = ruleOf(table, this.#settings);
    // Held to the end: what is read here stays where it is.
    const view = changes.view();
    try {
      const files = await this.#filesInWindow(table, view);
      this.#counters.filesRead = files.length;
      if (files.length > 0) await this.#workOn(table, files, rule);
    } finally {
      view.release();
    }
    return this.#counters;
  }

  async #filesInWindow(table: Table, view: FileView): Promise<readonly WindowFile[]> {
    const { catalog, changes, storeFor, isSettled, clock, signal } = this.#run;
    const { partition, lastPartitions, changedWithinMs = Number.POSITIVE_INFINITY, ageMsMin } = this.#settings;
    const places = await placesToRewrite(table, catalog.partitions, partition);
    const now = clock.now();
    const files: Omit<WindowFile, "number">[] = [];
    for (const place of lastPartitions === undefined ? places : places.slice(-lastPartitions)) {
      const inPlace: Omit<WindowFile, "number">[] = [];
      for await (const stored of listFiles(storeFor, place.location, view, signal)) {
        const { bucket, object } = stored;
        const ageMs = now - object.modifiedAt;
        if (ageMs > changedWithinMs) continue;
        const mayRewrite = ageMs >= ageMsMin && changes.isFree({ bucket, key: object.key }) && isSettled(object.key);
        inPlace.push({ stored, place, mayRewrite });
      }
      files.push(...inPlace.sort((a, b) => compareKeys(visibleKey(a.stored), visibleKey(b.stored))));
      if (files.length > FILES_MAX) throw tooManyFiles(table);
    }
    return files.map((file, number) => ({ ...file, number }));
  }

  async #workOn(table: Table, files: readonly WindowFile[], rule: RepeatRule): Promise<void> {
    const { disk, directory, signal } = this.#run;
    const unpacked = { disk, directory: join(directory, "unpacked"), bytesMax: UNPACKED_BYTES_MAX };
    const cache = await FileCache.open({ ...unpacked, localPath: () => undefined });
    const made = join(directory, "made");
    await disk.makeDirectory(made);
    const ready: ReadyFile[] = [];
    for (const { stored, place } of files) {
      ready.push(await cache.ready(stored, place.reader, columnsToRead(place.reader, rule), signal));
    }
    const session = await QuerySession.open(sessionOptionsOf(this.#run, join(directory, "spill")));
    try {
      const outputs = files.map(({ number }) => join(made, String(number)));
      await session.shutOut([...ready, ...outputs]);
      await session.lock([]);
      const readable = files.map(({ number, place }) => ({
        number,
        reader: place.reader,
        path: ready[number]?.path ?? "",
      }));
      const repeats = await Repeats.find(session, readable, rule);
      const context = {
        table,
        files,
        repeats,
        session,
        pathOf: (number: number) => readable[number]?.path ?? "",
        made,
      };
      await this.#dropAll(context);
    } finally {
      session.close();
    }
  }

  async #dropAll(context: Work): Promise<void> {
    const { files, repeats } = context;
    this.#counters.rowsRead = await repeats.rowsInAll();
    const counts = await repeats.countByFile();
    const affected = files.filter(({ number }) => counts.has(number));
    const rewritable = affected.filter(({ mayRewrite }) => mayRewrite);
    if (rewritable.length < affected.length) {
      this.#run.log(
        `${affected.length - rewritable.length} files with repeats are young or in use: a later run sees to them`,
      );
    }
    let done = 0;
    for (const group of inGroups(rewritable)) {
      this.#run.signal.throwIfAborted();
      await this.#dropFrom(group, context);
      done += group.length;
      this.#run.progress(done, rewritable.length);
    }
  }

  async #dropFrom(group: readonly WindowFile[], context: Work): Promise<void> {
    const { table, repeats } = context;
    const inputs: WindowFile[] = [];
    const news: NewFile[] = [];
    let dropped = 0;
    for (const file of group) {
      try {
        const rewritten = await rewriteWithout(file, { ...context, run: this.#run });
        if (rewritten.made !== undefined) news.push(rewritten.made);
        dropped += rewritten.dropped;
        inputs.push(file);
      } catch (error) {
        if (!(error instanceof FileLeftAlone)) throw error;
        this.#counters.filesLeftAlone++;
        this.#run.log(error.message);
      }
    }
    if (inputs.length === 0) return;
    const keepers = await repeats.keepersOf(inputs.map(({ number }) => number));
    const stored = inputs.map((file) => file.stored);
    const isDone =
      (await this.#areUnchanged(keepers, inputs, context)) && (await replaceFiles(table, stored, news, this.#run));
    for (const { body } of news) if (body.file !== undefined) await this.#run.disk.unlink(body.file);
    if (!isDone) {
      this.#counters.filesGivenUp += inputs.length;
      this.#run.log(`${inputs.length} files are left for the next run: the table has changed meanwhile`);
      return;
    }
    for (const { number } of inputs) this.#replaced.add(number);
    this.#counters.filesWritten += news.length;
    this.#counters.rowsDropped += dropped;
  }

  /** Whether the files with the rows that stay are what they were. Those of the change itself are checked by its commit. */
  async #areUnchanged(keepers: readonly number[], changed: readonly WindowFile[], { files }: Work): Promise<boolean> {
    const { changes, storeFor, signal } = this.#run;
    const own = new Set(changed.map(({ number }) => number));
    const others = files.filter(
      ({ number }) => keepers.includes(number) && !own.has(number) && !this.#replaced.has(number),
    );
    const places = new Set(others.map(({ place }) => place));
    const found = new Map<string, string>();
    const view = changes.view();
    try {
      for (const { location } of places) {
        for await (const { object } of listFiles(storeFor, location, view, signal)) found.set(object.key, object.etag);
      }
    } finally {
      view.release();
    }
    return others.every(({ stored }) => found.get(stored.object.key) === stored.object.etag);
  }
}

interface Work {
  readonly table: Table;
  readonly files: readonly WindowFile[];
  readonly repeats: Repeats;
  readonly session: QuerySession;
  /** Where a file of the window lies as DuckDB reads it. */
  readonly pathOf: (number: number) => string;
  /** Where files are made. */
  readonly made: string;
}

function ruleOf(table: Table, { keys, order, keep }: DeduplicationSettings): RepeatRule {
  const { columns } = shapeOf(table);
  const find = (name: string): Column => {
    const column = columns.find((candidate) => candidate.name === name.toLowerCase());
    if (column !== undefined) return column;
    const known = columns.map((candidate) => candidate.name).join(", ");
    const place = `${table.databaseName}.${table.definition.name}`;
    throw new LakehoseError("invalid", `Table ${place} has no column ${name} in its files; it has ${known}`);
  };
  const rule = { columns, keys: keys.map(find), keep };
  return order === undefined ? rule : { ...rule, order: find(order) };
}

function tooManyFiles({ databaseName, definition }: Table): LakehoseError {
  const message = `Table ${databaseName}.${definition.name}: the window holds more than ${FILES_MAX} files, which is the limit; choose fewer partitions, or compact the table first`;
  return new LakehoseError("limit-exceeded", message);
}
