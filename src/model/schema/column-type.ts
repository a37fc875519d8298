/**
 * Types of columns as Hive and Glue know them (reference 6.3). Plain data: schemas are stored in the catalog and frozen
 * into journal plans. Texts such as `struct<a:int,b:array<string>>` are read and written by `hive-type.ts`.
 */
export type ColumnType =
  | { readonly kind: SimpleKind }
  /** 1 ≤ precision ≤ 38, 0 ≤ scale ≤ precision. Hive's default is (10, 0). */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** varchar: length 1 to 65,535; char: 1 to 255. */
  | { readonly kind: "varchar" | "char"; readonly length: number }
  | { readonly kind: "array"; readonly element: ColumnType }
  | { readonly kind: "map"; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: "struct"; readonly fields: readonly Column[] };

export type SimpleKind =
  | "boolean"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "float"
  | "double"
  | "string"
  | "binary"
  | "timestamp"
  | "date";

/** A column of a table, or a field of a struct. Every value may be null. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** What the rows of an object look like. Never changed once made: evolution makes the next one. */
export interface Schema {
  readonly columns: readonly Column[];
  /** Where it came from, for error records and the catalog; absent for a schema that was written into the definition. */
  readonly table?: SchemaTable;
  /** Learnt from records, and goes on to learn; absent for a schema that was given. */
  readonly learned?: true;
}

export interface SchemaTable {
  readonly catalogId: string;
  readonly databaseName: string;
  readonly tableName: string;
  readonly region: string;
  readonly versionId: string;
}
