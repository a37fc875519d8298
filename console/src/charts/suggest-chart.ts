import { type ChartColumn, type ChartSettings, measureOf } from "./chart.ts";

/** A chart that fits the columns of a result, to begin with. */
export function suggestChart(columns: readonly ChartColumn[]): ChartSettings {
  const numbers = columns.filter(({ type }) => measureOf(type) === "number");
  const time = columns.find(({ type }) => measureOf(type) === "time");
  const names = columns.filter(({ type }) => measureOf(type) === "name");
  const value = numbers.at(-1)?.name ?? columns.at(-1)?.name ?? "";
  if (time !== undefined && numbers.length > 0) {
    return { kind: "line", x: time.name, y: value, split: names[0]?.name ?? "" };
  }
  const [first, second] = names;
  if (first !== undefined) return { kind: "bar", x: first.name, y: value, split: second?.name ?? "" };
  if (numbers.length < 2) return { kind: "big-number", x: "", y: value, split: "" };
  return { kind: "scatter", x: numbers[0]?.name ?? "", y: value, split: "" };
}
