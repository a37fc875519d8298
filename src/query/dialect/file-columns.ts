import type { Token } from "./token.ts";
import { isSign, isWord } from "./token-reader.ts";

/** Columns that tables have and `*` does not show: of which object a row is. */
export const FILE_COLUMNS = ["$path", "$file_size", "$file_modified_time"] as const;

export function namesFileColumns(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind, value }) => kind === "quoted-name" && isFileColumn(value.toLowerCase()));
}

function isFileColumn(name: string): boolean {
  return FILE_COLUMNS.some((column) => column === name);
}

/** Whether a sign stands for all columns, as in `SELECT *, t.*`; not in `count(*)` and `a * b`. */
export function isStarOfColumns(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  const opens = ["select", "distinct", "all"].some((word) => isWord(before, word));
  return isSign(tokens[at], "*") && (opens || isSign(before, ",") || isSign(before, "."));
}

/** In a query that names such columns the tables have them openly, and a star goes over them. */
export const STAR_WITHOUT_FILE_COLUMNS = "* NOT LIKE '$%'";
