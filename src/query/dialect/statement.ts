import type { StorageDescriptor, TableColumn, TableDefinition, TextMap } from "../../catalog/table.ts";
import type { TableFunctionUse } from "./table-function-use.ts";

/** A table as a statement names it. Names are in lower case; without a database it is in that of the session. */
export interface TableName {
  readonly database?: string;
  readonly table: string;
}

/** A query as DuckDB understands it; whether it may run is said by `inspectQuery`. */
export interface TranslatedQuery {
  readonly sql: string;
  /** The calls of table functions, for each of which a table stands in `sql`. One comes after those in its input. */
  readonly functions: readonly TableFunctionUse[];
  /** Whether it names columns such as `"$path"`, which tables show to nobody else. */
  readonly fileColumns: boolean;
}

/** What people write, read into plain data. Names are in lower case, types are Hive's texts. */
export type Statement =
  | { readonly kind: "query"; readonly query: TranslatedQuery }
  | { readonly kind: "prepare"; readonly name: string; readonly sql: string }
  /** Values as they are written; absent: those that come with the statement, if any. */
  | { readonly kind: "execute"; readonly name: string; readonly values?: readonly string[] }
  | { readonly kind: "deallocate"; readonly name: string }
  | { readonly kind: "explain"; readonly query: TranslatedQuery; readonly analyze: boolean }
  | ({ readonly kind: "create-database"; readonly name: string; readonly ifNotExists: boolean } & DatabaseDetails)
  | { readonly kind: "drop-database"; readonly name: string; readonly ifExists: boolean; readonly cascade: boolean }
  | {
      readonly kind: "create-table";
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly definition: TableDefinition;
    }
  | {
      readonly kind: "create-view";
      readonly name: TableName;
      readonly orReplace: boolean;
      /** What was written, to be stored, and the same for DuckDB. */
      readonly originalSql: string;
      readonly query: TranslatedQuery;
    }
  | {
      readonly kind: "create-table-as";
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly properties: NewTableProperties;
      readonly withData: boolean;
      readonly query: TranslatedQuery;
    }
  | {
      readonly kind: "insert";
      readonly name: TableName;
      /** Absent: all of the table, its partition keys last. */
      readonly columns?: readonly string[];
      readonly query: TranslatedQuery;
    }
  | {
      readonly kind: "unload";
      readonly location: string;
      readonly properties: NewTableProperties;
      readonly query: TranslatedQuery;
    }
  | { readonly kind: "drop-table" | "drop-view"; readonly name: TableName; readonly ifExists: boolean }
  | {
      readonly kind: "add-partitions";
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly partitions: readonly PartitionSpecification[];
    }
  | {
      readonly kind: "drop-partitions";
      readonly name: TableName;
      readonly ifExists: boolean;
      readonly partitions: readonly PartitionSpecification[];
    }
  | { readonly kind: "add-columns"; readonly name: TableName; readonly columns: readonly TableColumn[] }
  | { readonly kind: "replace-columns"; readonly name: TableName; readonly columns: readonly TableColumn[] }
  | { readonly kind: "change-column"; readonly name: TableName; readonly column: string; readonly to: TableColumn }
  | {
      readonly kind: "rename-partition";
      readonly name: TableName;
      readonly partition: PartitionSpecification;
      readonly to: PartitionSpecification;
    }
  | { readonly kind: "rename-table"; readonly name: TableName; readonly to: TableName }
  | { readonly kind: "set-properties"; readonly name: TableName; readonly properties: TextMap }
  | {
      readonly kind: "set-location";
      readonly name: TableName;
      readonly location: string;
      /** Absent: the table itself. */
      readonly partition?: PartitionSpecification;
    }
  | { readonly kind: "repair-table"; readonly name: TableName }
  | { readonly kind: "show-databases"; readonly pattern?: string }
  | { readonly kind: "show-tables" | "show-views"; readonly database?: string; readonly pattern?: string }
  | { readonly kind: "show-columns" | "show-partitions" | "show-create-table"; readonly name: TableName }
  | { readonly kind: "show-table-properties"; readonly name: TableName; readonly property?: string }
  | { readonly kind: "describe-table"; readonly name: TableName };

/** What stands in WITH of a CREATE TABLE AS, checked. */
export interface NewTableProperties {
  readonly storage: Pick<StorageDescriptor, "inputFormat" | "outputFormat" | "serdeInfo">;
  /** Of the table, such as how its files are compressed. */
  readonly parameters: TextMap;
  readonly location?: string;
  readonly partitionedBy: readonly string[];
}

interface DatabaseDetails {
  readonly description?: string;
  readonly locationUri?: string;
  readonly parameters?: TextMap;
}

/** `PARTITION (year = '2019', day = '02') LOCATION '…'` */
export interface PartitionSpecification {
  readonly values: ReadonlyMap<string, string>;
  readonly location?: string;
}
