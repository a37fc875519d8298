import { useMemo } from "react";
import { useWidth } from "../ui/use-width.ts";
import { ChartFrame } from "./axes.tsx";
import { BigNumber } from "./big-number.tsx";
import { CHART_LABELS, type ChartData, type ChartSettings } from "./chart.ts";
import { frameOf } from "./frame.ts";
import { heatCells } from "./heat-cells.ts";
import { HeatMap } from "./heat-map.tsx";
import { type SeriesChart, seriesOf } from "./series.ts";
import { BarMarks, beginsAtZero, LineMarks, ScatterMarks } from "./series-marks.tsx";
import "./charts.css";

export interface ChartViewProps {
  readonly data: ChartData;
  readonly settings: ChartSettings;
}

/** A result as a picture, with what it leaves out in words. */
export function ChartView({ data, settings }: ChartViewProps) {
  const [place, width] = useWidth<HTMLElement>();
  return (
    <figure className="chart-figure" ref={place}>
      {width > 0 && <Picture data={data} settings={settings} width={width} />}
    </figure>
  );
}

function Picture({ data, settings, width }: ChartViewProps & { readonly width: number }) {
  if (settings.kind === "big-number") return <BigNumber data={data} settings={settings} />;
  if (settings.kind === "heat-map") return <HeatPicture data={data} settings={settings} width={width} />;
  return <SeriesPicture data={data} settings={settings} width={width} />;
}

function HeatPicture({ data, settings, width }: ChartViewProps & { readonly width: number }) {
  const cells = useMemo(() => heatCells(data, settings), [data, settings]);
  const label = `Heat map of ${settings.y}: ${cells.columns.length} columns, ${cells.rows.length} rows`;
  if (cells.cells.length === 0) return <NothingToDraw />;
  return (
    <>
      <HeatMap cells={cells} width={width} label={label} />
      <Omissions texts={cells.omissions} />
    </>
  );
}

function SeriesPicture({ data, settings, width }: ChartViewProps & { readonly width: number }) {
  const { kind, x, y, split } = settings;
  const chart = useMemo(() => seriesOf(data, settings), [data, settings]);
  const frame = useMemo(() => frameOf(chart, width, beginsAtZero(kind)), [chart, width, kind]);
  const points = chart.series.reduce((sum, series) => sum + series.points.length, 0);
  if (points === 0) return <NothingToDraw />;
  const label = `${CHART_LABELS[kind]} chart of ${y} by ${x}: ${points} points`;
  return (
    <>
      <ChartFrame frame={frame} label={label}>
        {kind === "bar" && <BarMarks frame={frame} chart={chart} />}
        {kind === "scatter" && <ScatterMarks frame={frame} chart={chart} />}
        {(kind === "line" || kind === "area") && <LineMarks frame={frame} chart={chart} filled={kind === "area"} />}
      </ChartFrame>
      {split !== "" && <Legend chart={chart} />}
      <Omissions texts={chart.omissions} />
    </>
  );
}

function Legend({ chart }: { readonly chart: SeriesChart }) {
  return (
    <ul className="chart-legend">
      {chart.series.map(({ name }, at) => (
        <li key={name} data-series={at + 1}>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Omissions({ texts }: { readonly texts: readonly string[] }) {
  return texts.length === 0 ? null : <figcaption className="chart-note">It shows {texts.join(", and ")}.</figcaption>;
}

function NothingToDraw() {
  return <p className="chart-note">No row has a number in these columns: choose others.</p>;
}
