import { LakehoseError } from "../model/errors.ts";

export type CatalogErrorCode = "not-found" | "already-exists" | "version-mismatch" | "limit-exceeded" | "invalid";

export class CatalogError extends LakehoseError {
  override readonly name = "CatalogError";
  /** What the error is about, for those who word it anew. */
  readonly entity: "database" | "table" | "version";

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
