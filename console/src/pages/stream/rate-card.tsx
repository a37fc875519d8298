import { useEffect, useRef } from "react";
import { ratesOf, type StreamSample } from "../../live/stream-samples.ts";
import { Card } from "../../ui/card.tsx";
import { formatRate } from "../../ui/format-value.ts";
import { LineGraph } from "../../ui/line-graph.ts";
import "uplot/dist/uPlot.min.css";

/** What came and what landed in the last minutes, as this page saw it. */
export function RateCard({ samples }: { readonly samples: readonly StreamSample[] }) {
  const accepted = ratesOf(samples, "accepted");
  const delivered = ratesOf(samples, "delivered");
  const place = useRef<HTMLDivElement>(null);
  const graph = useRef<LineGraph>(undefined);
  useEffect(() => {
    if (place.current === null) return;
    graph.current = new LineGraph(place.current, ["Accepted", "Delivered"], formatRate);
    return () => graph.current?.close();
  }, []);
  useEffect(() => {
    const times = samples.slice(1).map(({ at }) => at / 1000);
    graph.current?.show(times, [accepted, delivered]);
  });
  const summary = `Now ${formatRate(accepted.at(-1) ?? 0)} accepted and ${formatRate(delivered.at(-1) ?? 0)} delivered.`;
  return (
    <Card title="Records per second" about="Since you opened the console, at most five minutes.">
      <figure className="graph">
        <div ref={place} aria-hidden="true" />
        <figcaption>{summary}</figcaption>
      </figure>
    </Card>
  );
}
