import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricSeries } from "../../api/admin-api.ts";
import { lineSummary, metricGraphsOf, timesOf } from "./metric-graphs.ts";

const FRAME = { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:03:00Z", period: 60 };

function series(metric: string, values: Readonly<Record<number, number>>, more: Record<string, string> = {}) {
  const points = Object.entries(values).map(([minute, value]) => {
    const at = new Date(Date.parse(FRAME.from) + Number(minute) * 60_000).toISOString();
    return { at, sum: value, count: 2, min: 0, max: value * 10, average: value / 2 };
  });
  const dimensions = { DeliveryStreamName: "s", ...more };
  return { namespace: "AWS/Firehose", metric, unit: "Count", dimensions, points } satisfies MetricSeries;
}

test("timesOf() has every period, the begun one too", () => {
  const first = Date.parse(FRAME.from) / 1000;
  assert.deepEqual(timesOf({ ...FRAME, series: [] }), [first, first + 60, first + 120]);
  assert.equal(timesOf({ ...FRAME, to: "2026-01-01T00:03:01Z", series: [] }).length, 4);
  assert.deepEqual(timesOf({ ...FRAME, to: FRAME.from, series: [] }), []);
});

test("metricGraphsOf() sums what is counted, and leaves gaps where something was not measured", () => {
  const graphs = metricGraphsOf({
    ...FRAME,
    series: [series("IncomingRecords", { 1: 5 }), series("DeliveryToS3.DataFreshness", { 2: 4 })],
  });
  assert.deepEqual(
    graphs.map(({ title, lines }) => [title, lines]),
    [
      ["Records", [{ label: "IncomingRecords", values: [0, 5, 0] }]],
      ["Freshness", [{ label: "DeliveryToS3.DataFreshness", values: [null, null, 40] }]],
    ],
  );
});

test("metricGraphsOf() tells lines of one metric apart, shows a share as one, and passes over what it does not know", () => {
  const [graph, ...others] = metricGraphsOf({
    ...FRAME,
    series: [
      series("DeliveryToS3.Success", { 0: 2 }, { Delivery: "a" }),
      series("DeliveryToS3.Success", { 0: 1 }, { Delivery: "b" }),
      series("Unheard", { 0: 1 }),
    ],
  });
  assert.deepEqual(
    graph?.lines.map(({ label, values }) => [label, values[0]]),
    [
      ["DeliveryToS3.Success a", 1],
      ["DeliveryToS3.Success b", 0.5],
    ],
  );
  assert.deepEqual([graph?.format(0.987), others], ["98.7 %", []]);
});

test("lineSummary() says in words what a line shows", () => {
  assert.equal(lineSummary({ label: "L", values: [3, 7, null, 1] }, String), "L: 1 at the end, at most 7");
  assert.equal(lineSummary({ label: "L", values: [null] }, String), "L: nothing measured");
});
