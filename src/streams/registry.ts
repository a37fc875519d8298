import { join } from "node:path";
import { z } from "zod";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { LakehoseError } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";
import type { FormerOutput } from "./former-outputs.ts";
import type { StoredReplay } from "./replay.ts";
import type { StreamDocument } from "./streams.ts";

/**
 * The streams of a data folder, one JSON file each: `meta/streams/<uid>.json`. Files are called by uid and not by name,
 * because names may differ in case only, and not every file system can tell those apart.
 *
 * A file is replaced whole and durably; what a reader finds is always one state that once was in force. A file that
 * cannot be read stops the start: a stream that silently disappears takes its acknowledged records with it.
 */
export class StreamRegistry {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #streams = new Map<string, StoredStream>();
  readonly #listeners: (() => void)[] = [];

  constructor(disk: Disk, dataDirectory: string) {
    this.#disk = disk;
    this.#directory = join(dataDirectory, "meta", "streams");
  }

  /** Reads all files. Throws `LakehoseError` `registry-damaged` that names the file it could not make sense of. */
  async load(): Promise<void> {
    await this.#disk.makeDirectory(this.#directory);
    // What a killed process renamed may not be durable yet; nobody may build on it before it is.
    await this.#disk.syncDirectory(this.#directory);
    for (const file of await this.#disk.list(this.#directory)) {
      if (!file.endsWith(".json")) continue;
      const path = join(this.#directory, file);
      const stored = parseStored(path, await readFileWhole(this.#disk, path));
      const { name, uid } = stored.document;
      if (file !== `${uid}.json`) throw damaged(path, `it is about stream uid ${uid}`);
      if (this.#streams.has(name)) throw damaged(path, `another file is about a stream ${name} too`);
      this.#streams.set(name, stored);
    }
  }

  get(name: string): StoredStream | undefined {
    return this.#streams.get(name);
  }

  /** In name order, by code point as AWS does. */
  list(): readonly StoredStream[] {
    return [...this.#streams.values()].sort((a, b) => (a.document.name < b.document.name ? -1 : 1));
  }

  /** In force once it is durable. */
  async save(stored: StoredStream): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT, ...stored }, null, 2)}\n`);
    await writeFileDurably(this.#disk, this.#path(stored), bytes);
    this.#streams.set(stored.document.name, stored);
    this.#tell();
  }

  async remove(stored: StoredStream): Promise<void> {
    await this.#disk.unlink(this.#path(stored));
    await this.#disk.syncDirectory(this.#directory);
    this.#streams.delete(stored.document.name);
    this.#tell();
  }

  /** Called after each change that is in force. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #path(stored: StoredStream): string {
    return join(this.#directory, `${stored.document.uid}.json`);
  }
}

/** A stream and what its life cycle has to remember across a crash. */
export interface StoredStream {
  readonly document: StreamDocument;
  /** Log position at which a delivery joined the live stream; those that are not named read from the beginning. */
  readonly startsAt: Readonly<Record<string, number>>;
  /** Deliveries that were taken out of the stream and still hand on what they had taken. */
  readonly ending: readonly DeliveryDefinition[];
  /** Replays, oldest first: those that run, and the last that have ended. */
  readonly replays: readonly StoredReplay[];
  /** Where error records lie that were written before a change of bucket or error prefix: redrives look there too. */
  readonly formerOutputs: readonly FormerOutput[];
  /** Its deliveries read no further until somebody resumes it. */
  readonly paused: boolean;
  /** Removal has begun: files may be gone, so the log must not be opened again. */
  readonly removing: false | Removal;
}

/** How a stream came to its end. */
export interface Removal {
  readonly forced: boolean;
  readonly deliveredAll: boolean;
}

const FORMAT = 1;

const delivery = z.looseObject({ id: z.string().regex(/^[\w-]+$/), kind: z.string(), target: z.looseObject({}) });

const storedSchema = z.object({
  format: z.literal(FORMAT),
  document: z.looseObject({
    name: z.string().min(1),
    uid: z.string().regex(/^[0-9a-f]{32}$/),
    arn: z.string().min(1),
    type: z.string(),
    status: z.enum(["CREATING", "CREATING_FAILED", "ACTIVE", "DELETING", "DELETING_FAILED"]),
    versionId: z.string().regex(/^\d+$/),
    createdAt: z.number(),
    encryption: z.looseObject({ status: z.string(), toggledAt: z.array(z.number()) }),
    tags: z.record(z.string(), z.string()),
    declared: z.looseObject({}),
    extensions: z.looseObject({}),
    deliveries: z.array(delivery),
  }),
  startsAt: z.record(z.string(), z.number()),
  ending: z.array(delivery),
  replays: z.array(
    z.looseObject({
      id: z.string().regex(/^[0-9a-f]+$/),
      definition: delivery,
      state: z.enum(["running", "landed", "cancelled"]),
      source: z.looseObject({ type: z.enum(["log", "objects"]), from: z.number() }),
    }),
  ),
  formerOutputs: z
    .array(z.looseObject({ delivery: z.string(), bucket: z.string(), errorPrefix: z.string() }))
    .default([]),
  paused: z.boolean().default(false),
  removing: z.union([z.literal(false), z.object({ forced: z.boolean(), deliveredAll: z.boolean() })]),
});

function parseStored(path: string, bytes: Buffer | undefined): StoredStream {
  let json: unknown;
  try {
    json = JSON.parse(String(bytes));
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
  const parsed = storedSchema.safeParse(json);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error), parsed.error);
  const { format: _, ...stored } = parsed.data;
  return stored as unknown as StoredStream;
}

function damaged(path: string, reason: string, cause?: unknown): LakehoseError {
  const advice = "Restore this file from a backup, or move it and the stream's folder under log/ away";
  return new LakehoseError("registry-damaged", `Stream file ${path} cannot be used: ${reason}. ${advice}`, { cause });
}
