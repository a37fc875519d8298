import type { SeriesChart } from "./series.ts";
import { numberTicks, timeLabel, timeTicks } from "./ticks.ts";

/** Where a value stands in the picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(value: number): number;
  y(value: number): number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Room for one name, where names stand along the x axis. */
  readonly step: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export const CHART_HEIGHT = 320;

const MARGIN = { left: 64, right: 16, top: 12, bottom: 40 } as const;

/** A label along the x axis takes about so much. */
const LABEL_WIDTH = 84;

/** Names below the x axis are cut: the whole of each is in the picture's own description of its mark. */
export const LABEL_LENGTH_MAX = 12;

const LETTER_WIDTH = 7.5;

const Y_TICKS = 5;

const NUMBER = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Both axes for a chart. Bars and areas begin at zero, because their size is what one sees. */
export function frameOf(chart: SeriesChart, width: number, fromZero: boolean): Frame {
  const [left, right] = [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 40)];
  const [top, bottom] = [MARGIN.top, CHART_HEIGHT - MARGIN.bottom];
  const points = chart.series.flatMap((series) => series.points);
  const ys = extent(points.map((point) => point.y));
  const yValues = numberTicks(
    fromZero ? Math.min(0, ys.min) : ys.min,
    fromZero ? Math.max(0, ys.max) : ys.max,
    Y_TICKS,
  );
  const [low = 0, high = 1] = [yValues[0], yValues.at(-1)];
  const y = (value: number) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const wanted = Math.max(2, Math.floor((right - left) / LABEL_WIDTH));
  const across = acrossOf(chart, extent(points.map((point) => point.x)), left, right, wanted);
  const yTicks = yValues.map((value) => ({ at: y(value), label: NUMBER.format(value) }));
  return { width, height: CHART_HEIGHT, left, right, top, bottom, y, yTicks, ...across };
}

type Across = Pick<Frame, "x" | "xTicks" | "step">;

interface Extent {
  readonly min: number;
  readonly max: number;
}

function acrossOf({ measure, names }: SeriesChart, xs: Extent, left: number, right: number, wanted: number): Across {
  if (measure === "name") {
    const step = (right - left) / Math.max(1, names.length);
    const x = (place: number) => left + (place + 0.5) * step;
    const every = Math.ceil(namesWidth(names) / step);
    const xTicks = names.flatMap((label, place) => (place % every === 0 ? [{ at: x(place), label }] : []));
    return { x, xTicks, step };
  }
  const values = measure === "time" ? timeTicks(xs.min, xs.max, wanted) : numberTicks(xs.min, xs.max, wanted);
  const low = measure === "time" ? xs.min : Math.min(xs.min, values[0] ?? xs.min);
  const high = measure === "time" ? xs.max : Math.max(xs.max, values.at(-1) ?? xs.max);
  const x = (value: number) =>
    high === low ? (left + right) / 2 : left + ((value - low) / (high - low)) * (right - left);
  const label = (value: number) => (measure === "time" ? timeLabel(value, xs.max - xs.min) : NUMBER.format(value));
  return { x, xTicks: values.map((value) => ({ at: x(value), label: label(value) })), step: 0 };
}

/** Room that the longest name takes, cut as it will be. */
function namesWidth(names: readonly string[]): number {
  const longest = names.reduce((length, name) => Math.max(length, name.length), 0);
  return Math.min(longest, LABEL_LENGTH_MAX) * LETTER_WIDTH + LETTER_WIDTH;
}

/** Without spreading: a call takes only so many arguments. */
function extent(values: readonly number[]): Extent {
  if (values.length === 0) return { min: 0, max: 1 };
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
