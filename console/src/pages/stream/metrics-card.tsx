import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { adminApi } from "../../api/admin-api.ts";
import { Card } from "../../ui/card.tsx";
import { RadioInput } from "../../ui/inputs.tsx";
import { LineGraph } from "../../ui/line-graph.ts";
import { Note } from "../../ui/note.tsx";
import { lineSummary, type MetricGraph, metricGraphsOf, timesOf } from "./metric-graphs.ts";
import "uplot/dist/uPlot.min.css";

const MINUTE_MS = 60_000;

const RANGES = [
  { value: "15min", label: "15 minutes", ms: 15 * MINUTE_MS },
  { value: "1h", label: "1 hour", ms: 60 * MINUTE_MS },
  { value: "1d", label: "1 day", ms: 24 * 60 * MINUTE_MS },
  { value: "1w", label: "1 week", ms: 7 * 24 * 60 * MINUTE_MS },
] as const;

type Range = (typeof RANGES)[number]["value"];

/** The server measures once a minute. */
const EVERY_MS = 30_000;

/** What CloudWatch would show of this stream, kept by the server across restarts. */
export function MetricsCard({ stream }: { readonly stream: string }) {
  const [range, setRange] = useState<Range>("1h");
  const spanMs = RANGES.find(({ value }) => value === range)?.ms ?? 0;
  const { data, error } = useQuery({
    queryKey: ["metrics", stream, range],
    queryFn: ({ signal }) => adminApi.readMetrics({ stream, from: String(Date.now() - spanMs) }, { signal }),
    refetchInterval: EVERY_MS,
  });
  const graphs = data === undefined ? [] : metricGraphsOf(data);
  return (
    <Card title="Metrics" about="Under the names that CloudWatch has for them, measured every minute.">
      <div className="inline-radios">
        <RadioInput legend="Time" value={range} choices={RANGES} onChange={setRange} />
      </div>
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data !== undefined && graphs.length === 0 && (
        <p>Nothing has been measured in this time. The first numbers of a new stream are here after a minute.</p>
      )}
      <div className="graphs">
        {data !== undefined &&
          graphs.map((graph) => <Graph key={`${range} ${graph.title}`} graph={graph} times={timesOf(data)} />)}
      </div>
    </Card>
  );
}

function Graph({ graph, times }: { readonly graph: MetricGraph; readonly times: readonly number[] }) {
  const { title, about, format, lines } = graph;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<LineGraph>(undefined);
  const labels = lines.map(({ label }) => label).join("\n");
  useEffect(() => {
    if (place.current === null) return;
    drawn.current = new LineGraph(place.current, labels.split("\n"), format);
    return () => drawn.current?.close();
  }, [labels, format]);
  useEffect(() => {
    drawn.current?.show(
      times,
      lines.map(({ values }) => values),
    );
  });
  return (
    <figure className="graph">
      <h3>{title}</h3>
      <p className="sub">{about}</p>
      <div ref={place} aria-hidden="true" />
      <figcaption className="visually-hidden">{lines.map((line) => lineSummary(line, format)).join("; ")}</figcaption>
    </figure>
  );
}
