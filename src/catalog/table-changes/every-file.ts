import type { FileView, TableChanges } from "./table-changes.ts";

/** What is seen by those who only list folders. */
export const EVERY_FILE: FileView = { shows: () => true, hiddenBelow: () => [], release: () => undefined };

/** Where nothing ever changes but by others. */
export const NO_CHANGES: TableChanges = {
  view: () => EVERY_FILE,
  begin: () => Promise.reject(new Error("Nothing changes here")),
  isFree: () => true,
};
