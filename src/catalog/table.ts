/**
 * Databases and tables in the words of the Hive metastore, which Glue, Athena, Spark and Hive share. Types of columns are
 * texts here: tables may hold types that no file format of ours can write, and they are read as a `Schema` only when
 * somebody writes to the table. Plain data, stored as it is. Absent means "not given".
 */
export interface DatabaseDefinition {
  /** Lower case. */
  readonly name: string;
  readonly description?: string;
  readonly locationUri?: string;
  readonly parameters?: TextMap;
  readonly createTableDefaultPermissions?: readonly {
    readonly principal?: { readonly dataLakePrincipalIdentifier?: string };
    readonly permissions?: readonly string[];
  }[];
  readonly targetDatabase?: { readonly catalogId?: string; readonly databaseName?: string; readonly region?: string };
}

export interface Database {
  readonly definition: DatabaseDefinition;
  /** Random, 32 hex digits; a database that is created again under its old name is another database. */
  readonly uid: string;
  readonly createdAt: number;
}

export interface TableDefinition {
  /** Lower case. */
  readonly name: string;
  readonly description?: string;
  readonly owner?: string;
  /** Epoch seconds, as the metastore has them. */
  readonly lastAccessTime?: number;
  readonly lastAnalyzedTime?: number;
  readonly retention?: number;
  readonly storageDescriptor?: StorageDescriptor;
  /** Not in the files: their values are in the names of folders. */
  readonly partitionKeys?: readonly TableColumn[];
  readonly viewOriginalText?: string;
  readonly viewExpandedText?: string;
  /** `EXTERNAL_TABLE`, `VIRTUAL_VIEW`, … */
  readonly tableType?: string;
  readonly parameters?: TextMap;
  readonly targetTable?: {
    readonly catalogId?: string;
    readonly databaseName?: string;
    readonly name?: string;
    readonly region?: string;
  };
}

export interface StorageDescriptor {
  readonly columns?: readonly TableColumn[];
  readonly location?: string;
  readonly additionalLocations?: readonly string[];
  readonly inputFormat?: string;
  readonly outputFormat?: string;
  readonly compressed?: boolean;
  readonly numberOfBuckets?: number;
  readonly serdeInfo?: {
    readonly name?: string;
    readonly serializationLibrary?: string;
    readonly parameters?: TextMap;
  };
  readonly bucketColumns?: readonly string[];
  readonly sortColumns?: readonly { readonly column: string; readonly sortOrder: number }[];
  readonly parameters?: TextMap;
  readonly skewedInfo?: {
    readonly skewedColumnNames?: readonly string[];
    readonly skewedColumnValues?: readonly string[];
    readonly skewedColumnValueLocationMaps?: TextMap;
  };
  readonly storedAsSubDirectories?: boolean;
  readonly schemaReference?: {
    readonly schemaId?: { readonly schemaArn?: string; readonly schemaName?: string; readonly registryName?: string };
    readonly schemaVersionId?: string;
    readonly schemaVersionNumber?: number;
  };
}

export interface TableColumn {
  readonly name: string;
  readonly type?: string;
  readonly comment?: string;
  readonly parameters?: TextMap;
}

export type TextMap = Readonly<Record<string, string>>;

/** One version of a table: the current one, or one that was kept when the next came. */
export interface Table {
  readonly databaseName: string;
  readonly definition: TableDefinition;
  /** Random, 32 hex digits; files of the table's past and of its partitions lie under it. */
  readonly uid: string;
  /** Decimal, from "0"; rises with each change. */
  readonly versionId: string;
  readonly createdAt: number;
  /** When this version came. */
  readonly updatedAt: number;
}
