/** What a chart is made of: a result, and which of its columns go where. Plain data: dashboards keep it as it is. */

export interface ChartColumn {
  readonly name: string;
  /** In Trino's words: `bigint`, `varchar`, `timestamp(3)`. */
  readonly type: string;
}

export type ChartRow = readonly unknown[];

export interface ChartData {
  readonly columns: readonly ChartColumn[];
  readonly rows: readonly ChartRow[];
}

export const CHART_KINDS = ["line", "area", "bar", "scatter", "heat-map", "big-number"] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

export const CHART_LABELS: Readonly<Record<ChartKind, string>> = {
  line: "Line",
  area: "Area",
  bar: "Bar",
  scatter: "Scatter",
  "heat-map": "Heat map",
  "big-number": "Big number",
};

/** Columns by their names. A big number has no `x`; the value of a heat map's cell is `y`, and its rows are `split`. */
export interface ChartSettings {
  readonly kind: ChartKind;
  readonly x: string;
  readonly y: string;
  /** One line, colour or row for each of its values; empty for none. */
  readonly split: string;
}

export type Measure = "number" | "time" | "name";

/** How the values of a column are ordered: as numbers, as times, or as names in the order in which they come. */
export function measureOf(type: string): Measure {
  if (/^(tinyint|smallint|integer|bigint|real|double|decimal)/.test(type)) return "number";
  return /^(timestamp|date)/.test(type) ? "time" : "name";
}

/** Numbers that JSON cannot hold come as text. `undefined` for what is none. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** `2026-11-22 09:51:38.845 UTC` and `2026-11-22` as milliseconds; what has no zone is UTC. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.replace(/ UTC$/, "").replace(" ", "T");
  const ms = Date.parse(text.includes("T") ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A value where names stand. Times lose what says nothing: midnight, and fractions that are none. */
export function nameOf(value: unknown, type = ""): string {
  if (measureOf(type) === "time")
    return String(value)
      .replace(/( UTC)$/, "")
      .replace(/(?: 00:00:00)?\.0+$/, "");
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
