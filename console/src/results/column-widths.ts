const WIDTH_MIN = 8;
const WIDTH_MAX = 42;

/** Room for the padding of a cell. */
const PADDING = 3;

/** Widths in characters: as wide as the name and the first values, within bounds. */
export function columnWidths(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: readonly (readonly unknown[])[],
): readonly number[] {
  return columns.map(({ name, type }, at) => {
    const lengths = rows.slice(0, 50).map((row) => textLength(row[at]));
    const wanted = Math.max(name.length, Math.min(type.length, 14), ...lengths) + PADDING;
    return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, wanted));
  });
}

function textLength(value: unknown): number {
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : String(value).length;
}
