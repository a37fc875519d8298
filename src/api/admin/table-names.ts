import { WireError } from "../protocol/wire-error.ts";

/** The names in DATABASE.TABLE. */
export function tableNamesIn(id: string): { readonly databaseName: string; readonly tableName: string } {
  const dot = id.indexOf(".");
  if (dot > 0 && dot < id.length - 1) return { databaseName: id.slice(0, dot), tableName: id.slice(dot + 1) };
  throw new WireError("InvalidArgumentException", `Expected DATABASE.TABLE, got "${id.slice(0, 256)}"`);
}
