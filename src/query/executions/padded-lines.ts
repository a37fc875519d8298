import type { TextRow } from "./result-text.ts";

/**
 * DESCRIBE and SHOW COLUMNS of tables come from Hive's printer, which fills values up to 20 characters. Programs split these
 * lines at tabs and cut the blanks off, or compare them as they are.
 */
export function isPadded(heading: readonly string[]): boolean {
  return heading.join() === "col_name,data_type,comment" || heading.join() === "field";
}

export function paddedLine(row: TextRow): TextRow {
  const [first, ...others] = row.map((value) => value ?? "");
  if (first === undefined) return row;
  if (first === "" || first === "# Partition Information") return [first, ...others.map(() => " ")];
  // The heading of the partition keys is filled up before its sign is put in front.
  const width = first.startsWith("# ") ? WIDTH + 2 : WIDTH;
  return [filled(first, width), ...others.map((value) => filled(value, WIDTH))];
}

const WIDTH = 20;

/** By characters, as Hive counts them. */
function filled(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}
