import type { Database, DatabaseDefinition, Table, TableDefinition } from "./table.ts";

/**
 * Databases, tables and their versions: what the Glue API, the configuration file, SQL and streams talk to. Names are
 * compared without letter case and stored in lower case. What a call resolves with is durable; readers see the state
 * before or after a change, never one in between. Failures are `CatalogError`s.
 */
export interface Catalog {
  /** In name order. */
  databases(): readonly Database[];
  database(name: string): Database | undefined;
  createDatabase(definition: DatabaseDefinition): Promise<Database>;
  /** Replaces all but the name. */
  updateDatabase(name: string, definition: DatabaseDefinition): Promise<Database>;
  /** With its tables. */
  deleteDatabase(name: string): Promise<void>;

  /** In name order. Throws `not-found` when there is no such database. */
  tables(databaseName: string): readonly Table[];
  table(databaseName: string, name: string): Table | undefined;
  createTable(databaseName: string, definition: TableDefinition): Promise<Table>;
  /** Makes the next version; the definition's name says which table. */
  updateTable(databaseName: string, definition: TableDefinition, options?: UpdateTableOptions): Promise<Table>;
  /** Makes the next version, with its partitions under the new name, which may be in another database. Files stay. */
  renameTable(from: TableReference, to: TableReference, options?: RenameTableOptions): Promise<Table>;
  /** With all its versions. */
  deleteTable(databaseName: string, name: string): Promise<void>;

  /** Numbers of all versions, newest first. */
  versionIds(databaseName: string, name: string): Promise<readonly string[]>;
  /** One version by its number, or the current one by `LATEST`; `undefined` when it was never or is no longer there. */
  version(databaseName: string, name: string, versionId: string): Promise<Table | undefined>;
  /** Forgets a version; the current one cannot be forgotten. */
  deleteVersion(databaseName: string, name: string, versionId: string): Promise<void>;

  /** Calls `listener` after each durable change of a table or its versions. Returns how to stop. */
  onTableChanged(listener: TableListener): () => void;
}

export interface TableReference {
  readonly databaseName: string;
  readonly tableName: string;
}

export interface RenameTableOptions {
  /** Throws `version-mismatch` unless the table is at this version. */
  readonly expectedVersion?: string;
}

export interface UpdateTableOptions extends RenameTableOptions {
  /** Do not keep the version that is replaced. */
  readonly skipArchive?: boolean;
}

export type TableListener = (table: TableReference) => void;
