import { hash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole } from "../std/write-file.ts";
import type { DeliveryLogLine } from "./event-entry.ts";

/**
 * The delivery log of a stream, for people: what CloudWatchLoggingOptions switches on (reference 2.9).
 *
 * Constraints: emitting never waits, so lines queue in memory, at most `QUEUE_LINES_MAX`; beyond that they are counted, not
 * kept, and the next line written says how many. A log stream holds at most `FILES_MAX` files of `FILE_BYTES_MAX`. Nothing is
 * synced: a crash may lose the last lines, never a record of a producer.
 *
 * Layout: `logs/<stream>/<log stream>.ndjson`, one event a line; older files end in `.1`, `.2`… with rising age.
 */
export interface DeliveryLogEvent {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly deliveryStreamARN: string;
  readonly destination: string;
  readonly deliveryStreamVersionId: string;
  readonly message: string;
  readonly errorCode: string;
}

/** What the server knows of a delivery that has logging switched on. */
export interface DeliveryLogTarget {
  readonly arn: string;
  readonly version: string;
  /** ARN or address of the destination. */
  readonly destination: string;
  /** `DestinationDelivery` unless the stream's configuration names another. */
  readonly logStream: string;
}

export interface DeliveryLogOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  /** Absolute path of `logs/` in the data folder. */
  readonly directory: string;
  /** `undefined` = logging is off for this delivery. */
  readonly target: (stream: string, delivery: string) => DeliveryLogTarget | undefined;
  /** Bytes of one file before it is rotated. Default `FILE_BYTES_MAX`. */
  readonly fileBytesMax?: number;
}

/** A line is some 300 bytes: a file holds about 27,000, more than anybody reads. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** The current file and three older ones: 32 MiB a log stream. */
const FILES_MAX = 4;
/** What one second of a delivery in trouble can produce; more says nothing new. */
const QUEUE_LINES_MAX = 1000;

export class DeliveryLog {
  readonly #options: DeliveryLogOptions;
  #queue: { readonly path: string; readonly text: string }[] = [];
  #suppressed = 0;
  #writing: Promise<void> | undefined;

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
  }

  /** Never throws, never waits. */
  write(line: DeliveryLogLine): void {
    const target = this.#options.target(line.stream, line.delivery);
    if (target === undefined) return;
    if (this.#queue.length >= QUEUE_LINES_MAX) {
      this.#suppressed++;
      return;
    }
    const note = this.#suppressed === 0 ? "" : ` (${this.#suppressed} more lines did not fit before this one)`;
    this.#suppressed = 0;
    const event: DeliveryLogEvent = {
      timestamp: new Date(this.#options.clock.now()).toISOString(),
      deliveryStreamARN: target.arn,
      destination: line.destination ?? target.destination,
      deliveryStreamVersionId: line.version ?? target.version,
      message: `${line.message}${note}`,
      errorCode: line.errorCode,
    };
    this.#queue.push({ path: this.#path(line.stream, target.logStream), text: `${JSON.stringify(event)}\n` });
    this.#writing ??= this.#drain();
  }

  /** The last events of a log stream, oldest first. */
  async read(stream: string, logStream: string, limit: number): Promise<readonly DeliveryLogEvent[]> {
    await this.settled();
    let events: DeliveryLogEvent[] = [];
    for (let age = 0; age < FILES_MAX && events.length < limit; age++) {
      const bytes = await readFileWhole(this.#options.disk, agedPath(this.#path(stream, logStream), age));
      if (bytes === undefined) break;
      events = [...parseEvents(bytes.toString("utf8")), ...events];
    }
    return events.slice(-limit);
  }

  /** Log streams of a stream that hold anything. */
  async logStreams(stream: string): Promise<readonly string[]> {
    await this.settled();
    const names = await this.#options.disk.list(join(this.#options.directory, fileName(stream)));
    return names.filter((name) => name.endsWith(".ndjson")).map((name) => decodeURIComponent(name.slice(0, -7)));
  }

  /** Removes what a deleted stream has left. */
  async forget(stream: string): Promise<void> {
    await this.settled();
    await this.#options.disk.removeDirectory(join(this.#options.directory, fileName(stream)));
  }

  /** Resolves when everything written so far has reached its file, or has failed to. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop later, so that a burst of lines becomes one write.
    await this.#options.clock.sleep(0);
    while (this.#queue.length > 0) {
      const lines = this.#queue;
      this.#queue = [];
      const byPath = Map.groupBy(lines, ({ path }) => path);
      for (const [path, own] of byPath) {
        // A full or failing disk must not take the server along: the line is lost and the disk makes itself heard elsewhere.
        await this.#append(path, own.map(({ text }) => text).join("")).catch(() => undefined);
      }
    }
    this.#writing = undefined;
  }

  async #append(path: string, text: string): Promise<void> {
    const { disk, fileBytesMax = FILE_BYTES_MAX } = this.#options;
    const bytes = Buffer.from(text);
    const known = await disk.stat(path);
    if (known === undefined) await disk.makeDirectory(dirname(path));
    if (known !== undefined && known.bytes + bytes.length > fileBytesMax) await this.#rotate(path);
    const file = await disk.open(path, (await disk.stat(path)) === undefined ? "create" : "write");
    try {
      await file.write([bytes], await file.size());
    } finally {
      await file.close();
    }
  }

  async #rotate(path: string): Promise<void> {
    const { disk } = this.#options;
    for (let age = FILES_MAX - 2; age >= 0; age--) {
      const from = agedPath(path, age);
      if ((await disk.stat(from)) !== undefined) await disk.rename(from, agedPath(path, age + 1));
    }
  }

  #path(stream: string, logStream: string): string {
    return join(this.#options.directory, fileName(stream), `${fileName(logStream)}.ndjson`);
  }
}

function agedPath(path: string, age: number): string {
  return age === 0 ? path : `${path}.${age}`;
}

/** Linux takes names of 255 bytes; the ending and the age of a file go on top of this. */
const FILE_NAME_BYTES_MAX = 220;
const CUT_NAME_BYTES_MAX = 180;

/**
 * Log stream names are free text on the wire (`a/b`, `..`, up to 512 characters of any kind); as file names they are
 * escaped. One that is too long keeps its start and gets a hash; the name that such a file shows leads to the same file.
 */
function fileName(name: string): string {
  const escaped = escapedName(name);
  if (escaped.length <= FILE_NAME_BYTES_MAX) return escaped;
  let start = "";
  for (const character of name) {
    const longer = start + escapedName(character);
    if (longer.length > CUT_NAME_BYTES_MAX) break;
    start = longer;
  }
  return `${start}~${hash("sha256", name, "hex").slice(0, 32)}`;
}

/** Half a character, which JSON can spell, has no bytes of its own; the replacement character stands in for it. */
function escapedName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(".", "%2E");
}

/** A line that a crash has torn is left out. */
function parseEvents(text: string): DeliveryLogEvent[] {
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as DeliveryLogEvent];
    } catch {
      return [];
    }
  });
}
