import { type ChartData, type ChartSettings, nameOf, numberOf } from "./chart.ts";
import { NAMES_MAX, Places } from "./series.ts";

export interface HeatCell {
  readonly column: number;
  readonly row: number;
  readonly value: number;
}

export interface HeatCells {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly cells: readonly HeatCell[];
  readonly min: number;
  readonly max: number;
  readonly omissions: readonly string[];
}

/** Higher than this, a map is no longer seen at once. */
const ROWS_MAX = 40;

/** One cell for each pair of names; what comes twice is added up. */
export function heatCells(data: ChartData, { x, y, split }: ChartSettings): HeatCells {
  const at = (name: string) => data.columns.findIndex((column) => column.name === name);
  const [xAt, yAt, splitAt] = [at(x), at(y), at(split)];
  const columns = new Places(NAMES_MAX);
  const rows = new Places(ROWS_MAX);
  const sums = new Map<string, HeatCell>();
  for (const one of data.rows) {
    const value = numberOf(one[yAt]);
    const column = columns.of(nameOf(one[xAt], data.columns[xAt]?.type));
    const row = rows.of(splitAt === -1 ? y : nameOf(one[splitAt], data.columns[splitAt]?.type));
    if (value === undefined || column === undefined || row === undefined) continue;
    const key = `${column} ${row}`;
    sums.set(key, { column, row, value: (sums.get(key)?.value ?? 0) + value });
  }
  const cells = [...sums.values()];
  const values = cells.map(({ value }) => value);
  const omissions = [
    ...(columns.omitted > 0 ? [`the first ${NAMES_MAX} columns of ${NAMES_MAX + columns.omitted}`] : []),
    ...(rows.omitted > 0 ? [`the first ${ROWS_MAX} rows of ${ROWS_MAX + rows.omitted}`] : []),
  ];
  const range = { min: Math.min(...values), max: Math.max(...values) };
  return { columns: columns.names, rows: rows.names, cells, ...range, omissions };
}
