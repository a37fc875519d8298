import uPlot from "uplot";

/** Two rows of labels and a few lines: high enough to see, low enough to leave the page its room. */
const HEIGHT = 220;

const DAY_SECONDS = 86_400;

/** Lines are told apart by more than their colour. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

/** Room for `09:41:05` and some air. */
const TIME_WIDTH = 84;

/** A graph of lines over time that follows the width of its place and the colours of the theme. */
export class LineGraph {
  readonly #place: HTMLElement;
  readonly #labels: readonly string[];
  readonly #format: (value: number) => string;
  readonly #resized: ResizeObserver;
  readonly #theme: MutationObserver;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[]];

  constructor(place: HTMLElement, labels: readonly string[], format: (value: number) => string) {
    this.#place = place;
    this.#labels = labels;
    this.#format = format;
    this.#resized = new ResizeObserver(() => this.#plot?.setSize({ width: place.clientWidth, height: HEIGHT }));
    this.#theme = new MutationObserver(() => this.#draw());
    this.#draw();
    this.#resized.observe(place);
    this.#theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  /** Times in seconds since 1970, and for each label as many values; null leaves a gap. */
  show(times: readonly number[], values: readonly (readonly (number | null)[])[]): void {
    this.#data = [[...times], ...values.map((line) => [...line])];
    this.#plot?.setData(this.#data);
  }

  close(): void {
    this.#resized.disconnect();
    this.#theme.disconnect();
    this.#plot?.destroy();
  }

  #draw(): void {
    this.#plot?.destroy();
    const style = getComputedStyle(this.#place);
    const axis = { stroke: style.getPropertyValue("color"), grid: { stroke: colour(this.#place, "--line"), width: 1 } };
    const format = this.#format;
    const options: uPlot.Options = {
      width: this.#place.clientWidth,
      height: HEIGHT,
      cursor: { y: false },
      scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [
        { ...axis, space: TIME_WIDTH, values: (_plot, ticks) => ticks.map(timeBetween(ticks)) },
        { ...axis, size: 72, values: (_plot, ticks) => ticks.map(format) },
      ],
      series: [
        { value: (plot, seconds) => (seconds === null ? "" : timeBetween(plot.data[0])(seconds)) },
        ...this.#labels.map((label, at) => ({
          label,
          stroke: colour(this.#place, `--series-${at + 1}`),
          width: 2,
          dash: [...(DASHES[at] ?? [])],
          // A line of one point is no line: a minute after the start there is one, and it has to be seen.
          points: { show: (plot: uPlot, line: number) => isLonely(plot.data[line] ?? []) },
          value: (_plot: uPlot, value: number | null) => (value === null ? "" : format(value)),
        })),
      ],
    };
    this.#plot = new uPlot(options, this.#data, this.#place);
  }
}

function isLonely(values: ArrayLike<number | null | undefined>): boolean {
  return Array.from(values).filter((value) => typeof value === "number").length === 1;
}

/** Times as they are told apart: with their day where the first and the last are not of one. */
function timeBetween(times: ArrayLike<number>): (seconds: number) => string {
  const span = (times[times.length - 1] ?? 0) - (times[0] ?? 0);
  return (seconds) => {
    const date = new Date(seconds * 1000);
    if (span < DAY_SECONDS / 2) return date.toLocaleTimeString("en-GB");
    return date.toLocaleString("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" });
  };
}

/** A variable as a canvas understands it: the browser has to say what `light-dark()` comes to. */
function colour(place: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
