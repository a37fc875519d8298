import { LakehoseError } from "../model/errors.ts";
import { shownValues } from "./partition-values.ts";

export type CatalogErrorCode =
  | "not-found"
  | "already-exists"
  | "version-mismatch"
  | "limit-exceeded"
  | "invalid"
  | "conflict";

export class CatalogError extends LakehoseError {
  override readonly name = "CatalogError";
  /** What the error is about, for those who word it anew. */
  readonly entity: "database" | "table" | "version" | "partition";

  constructor(code: CatalogErrorCode, entity: CatalogError["entity"], message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.entity = entity;
  }
}

export function databaseNotFound(name: string): CatalogError {
  return new CatalogError("not-found", "database", `There is no database ${name}`);
}

export function tableNotFound(databaseName: string, name: string): CatalogError {
  return new CatalogError("not-found", "table", `There is no table ${name} in database ${databaseName}`);
}

export function partitionNotFound(tableName: string, values: readonly string[]): CatalogError {
  return new CatalogError("not-found", "partition", `Table ${tableName} has no partition ${shownValues(values)}`);
}

export function partitionExists(tableName: string, values: readonly string[]): CatalogError {
  const message = `Table ${tableName} has a partition ${shownValues(values)} already`;
  return new CatalogError("already-exists", "partition", message);
}
