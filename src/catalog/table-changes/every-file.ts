import type { FileView } from "./table-changes.ts";

/** What is seen by those who only list folders. */
export const EVERY_FILE: FileView = { shows: () => true, hiddenBelow: () => [], release: () => undefined };
