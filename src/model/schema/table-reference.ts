/** A table of the catalog that a schema is taken from. */
export interface TableReference {
  readonly databaseName: string;
  readonly tableName: string;
  /** `LATEST` follows the table: what is written after a change has the new columns. A number stays. */
  readonly versionId: string;
}

/** The version of a reference that follows the table (Firehose API, SchemaConfiguration.VersionId). */
export const LATEST_VERSION = "LATEST";
