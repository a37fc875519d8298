import { EVERY_FILE } from "../../src/catalog/table-changes/every-file.ts";
import type { TableChanges } from "../../src/catalog/table-changes/table-changes.ts";

/** Where nothing ever changes but by others. */
export const NO_CHANGES: TableChanges = {
  view: () => EVERY_FILE,
  begin: () => Promise.reject(new Error("Nothing changes here")),
  isFree: () => true,
};
