import { type ChartData, type ChartSettings, type Measure, measureOf, nameOf, numberOf, timeOf } from "./chart.ts";

/** As many colours as there are, and as many names as fit below a chart. */
export const SERIES_MAX = 8;
export const NAMES_MAX = 60;

export interface Point {
  /** A number, milliseconds, or the place of a name in `names`. */
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface SeriesChart {
  readonly measure: Measure;
  /** For names along the x axis, in the order in which they come. */
  readonly names: readonly string[];
  readonly series: readonly Series[];
  /** What was left out, for whoever looks. */
  readonly omissions: readonly string[];
}

/** Rows as lines, bars or points: one for each value of the column that splits them. */
export function seriesOf(data: ChartData, { kind, x, y, split }: ChartSettings): SeriesChart {
  const at = (name: string) => data.columns.findIndex((column) => column.name === name);
  const [xAt, yAt, splitAt] = [at(x), at(y), at(split)];
  const xType = data.columns[xAt]?.type ?? "";
  const measure = kind === "bar" ? "name" : measureOf(xType);
  const places = new Places(NAMES_MAX);
  const lines = new Map<string, Point[]>();
  const left = { rows: 0, series: new Set<string>() };
  for (const row of data.rows) {
    const value = numberOf(row[yAt]);
    const place = measure === "name" ? places.of(nameOf(row[xAt], xType)) : placeOf(row[xAt], measure);
    const name = splitAt === -1 ? y : nameOf(row[splitAt], data.columns[splitAt]?.type);
    if (value === undefined || place === undefined) left.rows++;
    else if (!lines.has(name) && lines.size === SERIES_MAX) left.series.add(name);
    else lineOf(lines, name).push({ x: place, y: value });
  }
  const series = [...lines].map(([name, points]) => ({ name, points: ordered(points, kind) }));
  return { measure, names: places.names, series, omissions: omissionsOf(left, places, split) };
}

function lineOf(lines: Map<string, Point[]>, name: string): Point[] {
  const line = lines.get(name) ?? [];
  lines.set(name, line);
  return line;
}

function placeOf(value: unknown, measure: Measure): number | undefined {
  return measure === "time" ? timeOf(value) : numberOf(value);
}

/** A line goes from left to right, whatever the order of the rows is. */
function ordered(points: readonly Point[], kind: ChartSettings["kind"]): readonly Point[] {
  return kind === "scatter" ? points : points.toSorted((one, other) => one.x - other.x);
}

/** Names in the order in which they come, as many as can be told apart. */
export class Places {
  readonly names: string[] = [];
  omitted = 0;
  readonly #max: number;
  readonly #known = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  of(name: string): number | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known < this.#max ? known : undefined;
    const place = this.#known.size;
    this.#known.set(name, place);
    if (place < this.#max) {
      this.names.push(name);
      return place;
    }
    this.omitted++;
    return undefined;
  }
}

function omissionsOf(
  left: { readonly rows: number; readonly series: ReadonlySet<string> },
  places: Places,
  split: string,
): readonly string[] {
  return [
    ...(places.omitted > 0 ? [`the first ${NAMES_MAX} names of ${NAMES_MAX + places.omitted}`] : []),
    ...(left.series.size > 0 ? [`the first ${SERIES_MAX} values of ${split} of ${SERIES_MAX + left.series.size}`] : []),
    ...(left.rows > 0 && places.omitted === 0 ? [`no ${left.rows} rows that have no number there`] : []),
  ];
}
