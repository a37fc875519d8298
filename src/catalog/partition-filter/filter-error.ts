import { CatalogError } from "../catalog-error.ts";

/** `position` counts UTF-16 units from 0; people are told from 1. */
export function filterError(position: number, message: string): CatalogError {
  return new CatalogError("invalid", "partition", `Expression at character ${position + 1}: ${message}`);
}
