import type { ChartKind } from "./chart.ts";
import type { Frame } from "./frame.ts";
import type { Point, Series, SeriesChart } from "./series.ts";

export interface MarksProps {
  readonly frame: Frame;
  readonly chart: SeriesChart;
}

/** With more points than this, a line is drawn without a dot at each of them. */
const DOTS_MAX = 120;

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

export function LineMarks({ frame, chart, filled }: MarksProps & { readonly filled: boolean }) {
  return chart.series.map((series, at) => (
    <g key={series.name} className="chart-series" data-series={at + 1}>
      {filled && <path className="chart-fill" d={areaPath(series.points, frame)} />}
      <path className="chart-path" d={linePath(series.points, frame)} />
      {series.points.length <= DOTS_MAX && <Dots series={series} chart={chart} frame={frame} radius={3} />}
    </g>
  ));
}

export function ScatterMarks({ frame, chart }: MarksProps) {
  return chart.series.map((series, at) => (
    <g key={series.name} className="chart-series" data-series={at + 1}>
      <Dots series={series} chart={chart} frame={frame} radius={4} />
    </g>
  ));
}

/** Bars of one name stand side by side; what comes twice under a name is one bar on the other, so the larger is seen. */
export function BarMarks({ frame, chart }: MarksProps) {
  const wide = (frame.step * 0.8) / Math.max(1, chart.series.length);
  const zero = frame.y(0);
  return chart.series.map((series, at) => (
    <g key={series.name} className="chart-series" data-series={at + 1}>
      {series.points.map((point, place) => {
        const top = frame.y(point.y);
        const x = frame.x(point.x) - frame.step * 0.4 + at * wide;
        const height = Math.max(1, Math.abs(zero - top));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: points have no other name than their place
          <rect key={place} x={x} y={Math.min(zero, top)} width={Math.max(1, wide - 1)} height={height}>
            <title>{textOf(chart, series, point)}</title>
          </rect>
        );
      })}
    </g>
  ));
}

interface DotsProps extends MarksProps {
  readonly series: Series;
  readonly radius: number;
}

function Dots({ series, chart, frame, radius }: DotsProps) {
  return series.points.map((point, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: points have no other name than their place
    <circle key={place} cx={frame.x(point.x)} cy={frame.y(point.y)} r={radius}>
      <title>{textOf(chart, series, point)}</title>
    </circle>
  ));
}

function textOf({ measure, names }: SeriesChart, { name }: Series, { x, y }: Point): string {
  const place = measure === "name" ? names[x] : measure === "time" ? timeText(x) : NUMBER.format(x);
  return `${place}, ${name}: ${NUMBER.format(y)}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ").replace(" 00:00:00", "");
}

function linePath(points: readonly Point[], frame: Frame): string {
  if (points.length === 0) return "";
  return `M${points.map(({ x, y }) => `${round(frame.x(x))} ${round(frame.y(y))}`).join("L")}`;
}

function areaPath(points: readonly Point[], frame: Frame): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return "";
  const ground = round(frame.y(0));
  return `${linePath(points, frame)}L${round(frame.x(last.x))} ${ground}L${round(frame.x(first.x))} ${ground}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Which kinds begin their y axis at zero. */
export function beginsAtZero(kind: ChartKind): boolean {
  return kind === "bar" || kind === "area";
}
