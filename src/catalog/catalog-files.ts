import { join } from "node:path";
import { z } from "zod";
import { LakehoseError } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";
import type { Database, Table } from "./table.ts";

/**
 * The catalog on disk.
 *
 *     meta/catalog/databases/<uid>.json              a database
 *     meta/catalog/tables/<uid>.json                 a table as it is now, with the uid of its database
 *     meta/catalog/versions/<table uid>/<n>.json     a version that is no longer the current one
 *     meta/catalog/partitions/<table uid>/           its partitions; a `ChangeLog`
 *     meta/catalog/changes/                          changes of files under way; a `ChangeLog` (`table-changes/`)
 *
 * Constraints: every file is replaced whole and durably, and one file alone decides what exists. Names are inside the
 * files, because they may hold letters that no file system takes.
 *
 * Write: the version that is replaced is kept first, then the table's file is replaced. A crash between the two leaves a
 * kept version with the number of the current one; readers of versions look below the current number only.
 *
 * Delete: the deciding file goes first. What it leaves behind in a crash (tables of a database that is gone, versions and
 * partitions of a table that is gone) is removed at the next load.
 *
 * A file that cannot be read stops the start: a table that silently disappears takes the schema of its streams with it.
 */
export class CatalogFiles {
  readonly #disk: Disk;
  readonly #databases: string;
  readonly #tables: string;
  readonly #versions: string;
  /** A folder for each table that has partitions. */
  readonly partitions: string;

  constructor(disk: Disk, dataDirectory: string) {
    const root = join(dataDirectory, "meta", "catalog");
    this.#disk = disk;
    this.#databases = join(root, "databases");
    this.#tables = join(root, "tables");
    this.#versions = join(root, "versions");
    this.partitions = join(root, "partitions");
  }

  /** Everything that exists; removes what a crash left of what no longer does. */
  async load(): Promise<{ readonly databases: readonly Database[]; readonly tables: readonly StoredTable[] }> {
    for (const directory of [this.#databases, this.#tables, this.#versions, this.partitions]) {
      await this.#disk.makeDirectory(directory);
      // What a killed process renamed may not be durable yet; nobody may build on it before it is.
      await this.#disk.syncDirectory(directory);
    }
    const databases = await this.#readAll<Database>(this.#databases, databaseFile);
    const uids = new Set(databases.map(({ uid }) => uid));
    const tables: StoredTable[] = [];
    for (const stored of await this.#readAll<StoredTable>(this.#tables, tableFile)) {
      if (uids.has(stored.databaseUid)) tables.push(stored);
      else {
        await this.removeTable(stored.uid);
        await this.removeVersions(stored.uid);
      }
    }
    const kept = new Set(tables.map(({ uid }) => uid));
    for (const directory of [this.#versions, this.partitions]) {
      for (const uid of await this.#disk.list(directory)) {
        if (!kept.has(uid)) await this.#disk.removeDirectory(join(directory, uid));
      }
    }
    return { databases, tables };
  }

  async saveDatabase(database: Database): Promise<void> {
    await writeFileDurably(this.#disk, join(this.#databases, `${database.uid}.json`), encode(database));
  }

  async removeDatabase(uid: string): Promise<void> {
    await this.#disk.unlink(join(this.#databases, `${uid}.json`));
    await this.#disk.syncDirectory(this.#databases);
  }

  async saveTable(table: StoredTable): Promise<void> {
    await writeFileDurably(this.#disk, join(this.#tables, `${table.uid}.json`), encode(table));
  }

  async removeTable(uid: string): Promise<void> {
    await this.#disk.unlink(join(this.#tables, `${uid}.json`));
    await this.#disk.syncDirectory(this.#tables);
  }

  /** What a table that is gone leaves behind. */
  async removeVersions(uid: string): Promise<void> {
    await this.#disk.removeDirectory(join(this.#versions, uid));
  }

  async keepVersion(table: StoredTable): Promise<void> {
    await this.#disk.makeDirectory(join(this.#versions, table.uid));
    await writeFileDurably(this.#disk, this.#versionPath(table.uid, table.versionId), encode(table));
  }

  /** Numbers of the versions that are kept, rising; those of a change that never came into force included. */
  async keptVersions(uid: string): Promise<readonly number[]> {
    const names = await this.#disk.list(join(this.#versions, uid));
    const numbers = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number(name.slice(0, -5)));
    return numbers.sort((a, b) => a - b);
  }

  async readVersion(uid: string, versionId: string): Promise<StoredTable | undefined> {
    const path = this.#versionPath(uid, versionId);
    const bytes = await readFileWhole(this.#disk, path);
    return bytes === undefined ? undefined : parse<StoredTable>(path, bytes, tableFile);
  }

  async removeVersion(uid: string, versionId: string): Promise<void> {
    await this.#disk.unlink(this.#versionPath(uid, versionId));
    await this.#disk.syncDirectory(join(this.#versions, uid));
  }

  #versionPath(uid: string, versionId: string): string {
    return join(this.#versions, uid, `${versionId}.json`);
  }

  async #readAll<T extends { readonly uid: string }>(directory: string, schema: z.ZodType): Promise<readonly T[]> {
    const files = (await this.#disk.list(directory)).filter((name) => name.endsWith(".json"));
    const found: T[] = [];
    for (let at = 0; at < files.length; at += READS_AT_ONCE) {
      const group = files.slice(at, at + READS_AT_ONCE).map(async (file) => {
        const path = join(directory, file);
        const stored = parse<T>(path, await readFileWhole(this.#disk, path), schema);
        if (file !== `${stored.uid}.json`) throw damaged(path, `it is about uid ${stored.uid}`);
        return stored;
      });
      found.push(...(await Promise.all(group)));
    }
    return found;
  }
}

/** A table and the database that it belongs to. */
export type StoredTable = Omit<Table, "databaseName"> & { readonly databaseUid: string };

/** Files that are open at a time during the load. */
const READS_AT_ONCE = 16;

const FORMAT = 1;

const uid = z.string().regex(/^[0-9a-f]{32}$/);
const definition = z.looseObject({ name: z.string().min(1) });
const databaseFile = z.object({ format: z.literal(FORMAT), uid, definition, createdAt: z.number() });
const tableFile = databaseFile.extend({
  databaseUid: uid,
  versionId: z.string().regex(/^\d+$/),
  updatedAt: z.number(),
});

function encode(stored: object): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...stored })}\n`);
}

function parse<T>(path: string, bytes: Buffer | undefined, schema: z.ZodType): T {
  let json: unknown;
  try {
    json = JSON.parse(String(bytes));
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error), parsed.error);
  const { format: _, ...stored } = parsed.data as T & { format: number };
  return stored as T;
}

function damaged(path: string, reason: string, cause?: unknown): LakehoseError {
  const advice = "Restore this file from a backup, or move it away: then the table or database is gone";
  return new LakehoseError("catalog-damaged", `Catalog file ${path} cannot be used: ${reason}. ${advice}`, { cause });
}
