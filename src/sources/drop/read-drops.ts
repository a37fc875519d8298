import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import { envelope } from "../envelope.ts";
import type { SourceRun } from "../source-kind.ts";
import { cutRecords, type RecordRun } from "./cut-records.ts";
import { type DropFile, type DropFolder, isSameVersion } from "./drop-folder.ts";
import { DropMemory } from "./drop-memory.ts";
import type { DropOptions } from "./drop-options.ts";
import { ReadyFiles } from "./ready-files.ts";

/** As many are kept in memory while the folder is looked at. */
const FILES_MAX = 1_000_000;

/** A folder in which something happens all the time is not looked at more often than this. */
const PAUSE_MS_MIN = 100;

/**
 * Reads files out of a folder, one after another, for as long as it runs: list, choose what is whole and not in the log yet,
 * append its records together with how far they go, then delete or archive the file. That is done only to the version
 * that was read: a file that has changed meanwhile is another one and is read as such.
 */
export async function readDrops(folder: DropFolder, options: DropOptions, run: SourceRun, clock: Clock): Promise<void> {
  const reader = new DropReader(folder, options, run, clock);
  for (;;) {
    await reader.readAll();
    run.signal.throwIfAborted();
    await pause(folder, options.pollSeconds * 1000, run.signal, clock);
  }
}

class DropReader {
  readonly #folder: DropFolder;
  readonly #options: DropOptions;
  readonly #run: SourceRun;
  readonly #memory: DropMemory;
  readonly #ready: ReadyFiles;
  /** Versions that cannot be taken; looked at again after a restart. */
  readonly #setAside = new Map<string, DropFile>();

  constructor(folder: DropFolder, options: DropOptions, run: SourceRun, clock: Clock) {
    this.#folder = folder;
    this.#options = options;
    this.#run = run;
    this.#memory = new DropMemory(run.inlet, folder.identity);
    this.#ready = new ReadyFiles(options, clock);
  }

  async readAll(): Promise<void> {
    const { after } = this.#options;
    const archive = typeof after === "object" ? after.archive : undefined;
    const skip = (path: string) => path === archive || path.split("/").some((name) => name.startsWith("."));
    const listing = await this.#folder.list({ skip, filesMax: FILES_MAX });
    this.#run.connected();
    this.#memory.setPresent(listing);
    const present = new Set(listing.map(({ path }) => path));
    for (const path of this.#setAside.keys()) if (!present.has(path)) this.#setAside.delete(path);
    const files = this.#ready.of(listing).filter((file) => !this.#isSetAside(file));
    const unread = files.filter((file) => file.bytes > 0 && this.#memory.offsetOf(file) !== Number.POSITIVE_INFINITY);
    let waiting = unread.length;
    this.#run.measure("filesWaiting", waiting);
    const isUnread = new Set(unread);
    for (const file of files) {
      this.#run.signal.throwIfAborted();
      if (isUnread.has(file)) {
        const whole = await this.#read(file);
        this.#run.measure("filesWaiting", --waiting);
        if (!whole) continue;
      }
      if (after !== "leave") await this.#takeAway(file);
    }
  }

  /** False when the file is to be left: it is still being written, it has gone, or it cannot be taken. */
  async #read(file: DropFile): Promise<boolean> {
    const { content, recordBytesMax } = this.#options;
    if (content === "whole" && file.bytes > recordBytesMax) return this.#setFileAside(file, file.bytes);
    const from = this.#memory.offsetOf(file);
    const cut = cutRecords(this.#folder.read(file.path, from), { content, recordBytesMax, from });
    try {
      for await (const records of cut) {
        if ("tooLargeBytes" in records) return this.#setFileAside(file, records.tooLargeBytes);
        if (records.last && !(await this.#isUnchanged(file, records.end))) return false;
        await this.#append(file, records);
      }
    } catch (error) {
      this.#run.signal.throwIfAborted();
      // One that went between the listing and now is no failure of the folder's.
      if ((await this.#folder.stat(file.path)) !== undefined) throw error;
      return false;
    }
    this.#run.count("filesRead");
    return true;
  }

  async #append(file: DropFile, { records, starts, end, last }: RecordRun): Promise<void> {
    const { place, keep } = this.#memory.place(file, last ? Number.POSITIVE_INFINITY : end);
    const packed = packRecords(records.map((bytes, index) => this.#toRecord(file, bytes, starts[index] ?? 0)));
    await this.#run.inlet.append(packed, place);
    keep();
  }

  #toRecord(file: DropFile, bytes: Buffer, offset: number): Buffer {
    if (this.#options.record === "value") return bytes;
    const { path, bytes: fileBytes, modifiedAt } = file;
    const place = this.#options.content === "lines" ? { offset } : {};
    return envelope(bytes, { file: path.slice(path.lastIndexOf("/") + 1), path, fileBytes, modifiedAt, ...place });
  }

  /** Nobody may have written to it while it was read. */
  async #isUnchanged(file: DropFile, end: number): Promise<boolean> {
    if (end === file.bytes && isSameVersion(file, await this.#folder.stat(file.path))) return true;
    this.#run.count("filesChanged");
    return false;
  }

  async #takeAway(file: DropFile): Promise<void> {
    const { after, ready } = this.#options;
    try {
      if (!isSameVersion(file, await this.#folder.stat(file.path))) return;
      await this.#takeAwayPath(file.path);
      if (typeof ready === "object" && "marker" in ready) await this.#takeAwayPath(`${file.path}${ready.marker}`);
    } catch (error) {
      this.#run.signal.throwIfAborted();
      this.#run.count("filesLeft");
      const wanted = after === "delete" ? "deleted" : "archived";
      this.#run.warn(
        "file-left",
        `${file.path} is read and could not be ${wanted}: ${reasonOf(error)}. It is tried again.`,
      );
    }
  }

  async #takeAwayPath(path: string): Promise<void> {
    const { after } = this.#options;
    if (typeof after === "object") await this.#folder.archive(path, `${after.archive.replace(/\/$/, "")}/${path}`);
    else await this.#folder.delete(path);
  }

  #isSetAside(file: DropFile): boolean {
    return isSameVersion(file, this.#setAside.get(file.path));
  }

  #setFileAside(file: DropFile, bytes: number): false {
    const { content, recordBytesMax } = this.#options;
    this.#setAside.set(file.path, file);
    this.#run.count("filesSetAside");
    const what = content === "whole" ? "is" : "has a line of";
    this.#run.warn(
      "file-too-large",
      `${file.path} ${what} ${bytes} bytes, expected at most ${recordBytesMax} (recordBytesMax). It stays where it is and is not read.`,
    );
    return false;
  }
}

/** Until the folder says that something has come, or it is time to look. */
async function pause(folder: DropFolder, ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  await clock.sleep(PAUSE_MS_MIN, signal);
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const waits = [clock.sleep(ms, both), ...(folder.changed === undefined ? [] : [folder.changed(both)])];
  try {
    await Promise.race(waits);
  } finally {
    over.abort(new LakehoseError("woken", "The wait is over"));
    await Promise.allSettled(waits);
  }
}
