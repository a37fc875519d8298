import { LATEST_VERSION } from "../model/schema/table-reference.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { Mutex } from "../std/mutex.ts";
import type { Random } from "../std/random.ts";
import type { Catalog, RenameTableOptions, TableListener, TableReference, UpdateTableOptions } from "./catalog.ts";
import { CatalogError, databaseNotFound, tableNotFound } from "./catalog-error.ts";
import { CatalogFiles, type StoredTable } from "./catalog-files.ts";
import {
  DATABASES_MAX,
  DEFINITION_BYTES_MAX,
  DEFINITIONS_BYTES_MAX,
  NAME_LENGTH_MAX,
  TABLES_MAX,
  VERSIONS_MAX,
} from "./catalog-limits.ts";
import { StoredPartitions } from "./stored-partitions.ts";
import type { Database, DatabaseDefinition, Table, TableDefinition } from "./table.ts";

export interface StoredCatalogOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute. `meta/catalog/` is made below it. */
  readonly dataDirectory: string;
}

/**
 * The catalog of a data folder. Current definitions are in memory, kept versions on disk. All changes run one after
 * another and are in force once they are durable; how they lie on disk and survive a crash is `CatalogFiles`' business.
 * Partitions change beside them, table by table, and are told here when their table has gone.
 */
export class StoredCatalog implements Catalog {
  readonly partitions: StoredPartitions;
  readonly #options: StoredCatalogOptions;
  readonly #files: CatalogFiles;
  readonly #changes = new Mutex();
  readonly #databases = new Map<string, Holding>();
  readonly #listeners = new Set<TableListener>();
  #tableCount = 0;
  #bytes = 0;

  private constructor(options: StoredCatalogOptions) {
    this.#options = options;
    this.#files = new CatalogFiles(options.disk, options.dataDirectory);
    this.partitions = new StoredPartitions({ ...options, directory: this.#files.partitions, catalog: this });
  }

  /** Throws `LakehoseError` `catalog-damaged` that names the file it could not make sense of. */
  static async open(options: StoredCatalogOptions): Promise<StoredCatalog> {
    const catalog = new StoredCatalog(options);
    const { databases, tables } = await catalog.#files.load();
    const byUid = new Map(databases.map((database) => [database.uid, catalog.#holdDatabase(database)]));
    for (const stored of tables) {
      const holding = byUid.get(stored.databaseUid);
      if (holding !== undefined) catalog.#holdTable(holding, stored);
    }
    return catalog;
  }

  databases(): readonly Database[] {
    return [...this.#databases.values()].map(({ database }) => database).sort(byName);
  }

  database(name: string): Database | undefined {
    return this.#databases.get(fold(name))?.database;
  }

  createDatabase(asked: DatabaseDefinition): Promise<Database> {
    return this.#changes.run(async () => {
      const definition = checkedDefinition(asked, "database");
      if (this.#databases.has(definition.name)) throw exists("database", definition.name);
      refuseBeyond("database", this.#databases.size, DATABASES_MAX, "databases");
      const database = { definition, uid: this.#newUid(), createdAt: this.#options.clock.now() };
      await this.#files.saveDatabase(database);
      return this.#holdDatabase(database).database;
    });
  }

  updateDatabase(name: string, asked: DatabaseDefinition): Promise<Database> {
    return this.#changes.run(async () => {
      const holding = this.#require(name);
      const definition = { ...checkedDefinition(asked, "database"), name: holding.database.definition.name };
      const database = { ...holding.database, definition };
      await this.#files.saveDatabase(database);
      holding.database = database;
      return database;
    });
  }

  deleteDatabase(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const { database, tables } = this.#require(name);
      await this.#files.removeDatabase(database.uid);
      this.#databases.delete(database.definition.name);
      this.#tableCount -= tables.size;
      for (const { bytes } of tables.values()) this.#bytes -= bytes;
      for (const tableName of tables.keys()) this.#tell(database.definition.name, tableName);
      for (const { stored } of tables.values()) {
        await this.#files.removeTable(stored.uid);
        await this.#removeRest(stored);
      }
    });
  }

  tables(databaseName: string): readonly Table[] {
    const holding = this.#require(databaseName);
    return [...holding.tables.values()].map(({ stored }) => tableOf(holding, stored)).sort(byName);
  }

  table(databaseName: string, name: string): Table | undefined {
    const holding = this.#databases.get(fold(databaseName));
    const held = holding?.tables.get(fold(name));
    return holding === undefined || held === undefined ? undefined : tableOf(holding, held.stored);
  }

  createTable(databaseName: string, asked: TableDefinition): Promise<Table> {
    return this.#changes.run(async () => {
      const holding = this.#require(databaseName);
      const definition = checkedDefinition(asked, "table");
      if (holding.tables.has(definition.name)) throw exists("table", definition.name);
      refuseBeyond("table", this.#tableCount, TABLES_MAX, "tables");
      const now = this.#options.clock.now();
      const identity = { uid: this.#newUid(), databaseUid: holding.database.uid, versionId: FIRST_VERSION };
      return this.#save(holding, { ...identity, definition, createdAt: now, updatedAt: now });
    });
  }

  updateTable(databaseName: string, asked: TableDefinition, options: UpdateTableOptions = {}): Promise<Table> {
    return this.#changes.run(async () => {
      const { holding, stored } = this.#requireTable(databaseName, asked.name);
      checkVersion(stored, options);
      const definition = checkedDefinition(asked, "table");
      if (options.skipArchive !== true) await this.#keep(stored);
      return this.#save(holding, { ...stored, ...this.#nextVersion(stored), definition });
    });
  }

  /** One file says name, database and definition of a table, and all else hangs on its uid: the table moves whole. */
  renameTable(from: TableReference, to: TableReference, options: RenameTableOptions = {}): Promise<Table> {
    return this.#changes.run(async () => {
      const { holding, stored } = this.#requireTable(from.databaseName, from.tableName);
      const target = this.#require(to.databaseName);
      checkVersion(stored, options);
      const definition = checkedDefinition({ ...stored.definition, name: to.tableName }, "table");
      if (target.tables.has(definition.name)) throw exists("table", definition.name);
      await this.#keep(stored);
      const databaseUid = target.database.uid;
      const renamed = { ...stored, ...this.#nextVersion(stored), databaseUid, definition };
      await this.#files.saveTable(renamed);
      this.#dropTable(holding, stored);
      this.#holdTable(target, renamed);
      this.#tell(target.database.definition.name, definition.name);
      return tableOf(target, renamed);
    });
  }

  deleteTable(databaseName: string, name: string): Promise<void> {
    return this.#changes.run(async () => {
      const { holding, stored } = this.#requireTable(databaseName, name);
      await this.#files.removeTable(stored.uid);
      this.#dropTable(holding, stored);
      await this.#removeRest(stored);
    });
  }

  async versionIds(databaseName: string, name: string): Promise<readonly string[]> {
    const { stored } = this.#requireTable(databaseName, name);
    const current = Number(stored.versionId);
    const kept = (await this.#files.keptVersions(stored.uid)).filter((version) => version < current);
    return [...kept, current].reverse().map(String);
  }

  async version(databaseName: string, name: string, versionId: string): Promise<Table | undefined> {
    const { holding, stored } = this.#requireTable(databaseName, name);
    if (versionId === LATEST_VERSION || versionId === stored.versionId) return tableOf(holding, stored);
    if (!isVersionBefore(versionId, stored)) return undefined;
    const kept = await this.#files.readVersion(stored.uid, versionId);
    return kept === undefined ? undefined : tableOf(holding, kept);
  }

  deleteVersion(databaseName: string, name: string, versionId: string): Promise<void> {
    return this.#changes.run(async () => {
      const { holding, stored } = this.#requireTable(databaseName, name);
      const tableName = stored.definition.name;
      if (versionId === stored.versionId) {
        const message = `Version ${versionId} is the current version of table ${tableName}: delete the table, or change it first`;
        throw new CatalogError("invalid", "version", message);
      }
      const known = isVersionBefore(versionId, stored) && (await this.#files.readVersion(stored.uid, versionId));
      if (known === undefined || known === false) {
        throw new CatalogError("not-found", "version", `There is no version ${versionId} of table ${tableName}`);
      }
      await this.#files.removeVersion(stored.uid, versionId);
      this.#tell(holding.database.definition.name, tableName);
    });
  }

  onTableChanged(listener: TableListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #newUid(): string {
    return this.#options.random.bytes(16).toString("hex");
  }

  #require(name: string): Holding {
    const holding = this.#databases.get(fold(name));
    if (holding === undefined) throw databaseNotFound(name);
    return holding;
  }

  #requireTable(databaseName: string, name: string): { holding: Holding; stored: StoredTable } {
    const holding = this.#require(databaseName);
    const held = holding.tables.get(fold(name));
    if (held === undefined) throw tableNotFound(databaseName, name);
    return { holding, stored: held.stored };
  }

  async #keep(stored: StoredTable): Promise<void> {
    const kept = await this.#files.keptVersions(stored.uid);
    refuseBeyond("version", kept.length, VERSIONS_MAX, `versions of table ${stored.definition.name}`);
    await this.#files.keepVersion(stored);
  }

  async #save(holding: Holding, stored: StoredTable): Promise<Table> {
    const before = holding.tables.get(stored.definition.name)?.bytes ?? 0;
    const bytes = definitionBytes(stored.definition);
    if (this.#bytes - before + bytes > DEFINITIONS_BYTES_MAX) {
      const message = `All tables together may have definitions of ${DEFINITIONS_BYTES_MAX} bytes: delete some first`;
      throw new CatalogError("limit-exceeded", "table", message);
    }
    await this.#files.saveTable(stored);
    this.#holdTable(holding, stored);
    this.#tell(holding.database.definition.name, stored.definition.name);
    return tableOf(holding, stored);
  }

  async #removeRest({ uid }: StoredTable): Promise<void> {
    await this.#files.removeVersions(uid);
    await this.partitions.removeTable(uid);
  }

  #holdDatabase(database: Database): Holding {
    const holding: Holding = { database, tables: new Map() };
    this.#databases.set(database.definition.name, holding);
    return holding;
  }

  #holdTable(holding: Holding, stored: StoredTable): void {
    const before = holding.tables.get(stored.definition.name);
    const bytes = definitionBytes(stored.definition);
    if (before === undefined) this.#tableCount++;
    this.#bytes += bytes - (before?.bytes ?? 0);
    holding.tables.set(stored.definition.name, { stored, bytes });
  }

  #dropTable({ database, tables }: Holding, { definition: { name } }: StoredTable): void {
    const held = tables.get(name);
    tables.delete(name);
    this.#tableCount--;
    this.#bytes -= held?.bytes ?? 0;
    this.#tell(database.definition.name, name);
  }

  #nextVersion({ versionId }: StoredTable): Pick<StoredTable, "versionId" | "updatedAt"> {
    return { versionId: String(Number(versionId) + 1), updatedAt: this.#options.clock.now() };
  }

  #tell(databaseName: string, tableName: string): void {
    for (const listener of this.#listeners) listener({ databaseName, tableName });
  }
}

/** A database with its tables by name. */
interface Holding {
  database: Database;
  readonly tables: Map<string, { readonly stored: StoredTable; readonly bytes: number }>;
}

/** As Glue numbers them. */
const FIRST_VERSION = "0";

function tableOf(holding: Holding, { databaseUid: _, ...stored }: StoredTable): Table {
  return { databaseName: holding.database.definition.name, ...stored };
}

/** Hive's names know no letter case. */
function fold(name: string): string {
  return name.toLowerCase();
}

function byName(a: { definition: { name: string } }, b: { definition: { name: string } }): number {
  return a.definition.name < b.definition.name ? -1 : 1;
}

function isVersionBefore(versionId: string, stored: StoredTable): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(versionId) && Number(versionId) < Number(stored.versionId);
}

function checkVersion({ definition, versionId }: StoredTable, { expectedVersion }: RenameTableOptions): void {
  if (expectedVersion === undefined || expectedVersion === versionId) return;
  const message = `Table ${definition.name} is at version ${versionId}, not ${expectedVersion}`;
  throw new CatalogError("version-mismatch", "table", message);
}

function checkedDefinition<D extends { readonly name: string }>(asked: D, entity: "database" | "table"): D {
  const name = fold(asked.name);
  if (name.trim() === "" || name.length > NAME_LENGTH_MAX) {
    const message = `Expected a name of 1 to ${NAME_LENGTH_MAX} characters for a ${entity}, got "${name.slice(0, 80)}"`;
    throw new CatalogError("invalid", entity, message);
  }
  const bytes = definitionBytes(asked);
  if (bytes > DEFINITION_BYTES_MAX) {
    const message = `The definition of ${entity} ${name} may have ${DEFINITION_BYTES_MAX} bytes, got ${bytes}`;
    throw new CatalogError("limit-exceeded", entity, message);
  }
  return { ...asked, name };
}

function definitionBytes(definition: object): number {
  return Buffer.byteLength(JSON.stringify(definition));
}

function exists(entity: "database" | "table", name: string): CatalogError {
  return new CatalogError("already-exists", entity, `There is a ${entity} ${name} already`);
}

function refuseBeyond(entity: CatalogError["entity"], count: number, max: number, what: string): void {
  if (count < max) return;
  throw new CatalogError("limit-exceeded", entity, `There are ${count} ${what} already, the most allowed is ${max}`);
}
