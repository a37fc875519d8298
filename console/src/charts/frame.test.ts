import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf } from "./frame.ts";
import type { SeriesChart } from "./series.ts";

function chart(more: Partial<SeriesChart>): SeriesChart {
  return { measure: "number", names: [], series: [], omissions: [], ...more };
}

const points = [
  { x: 10, y: 40 },
  { x: 20, y: 60 },
];

test("frameOf() puts every point between the axes, and begins bars at zero", () => {
  const frame = frameOf(chart({ series: [{ name: "a", points }] }), 600, false);
  for (const { x, y } of points) {
    assert.ok(frame.x(x) >= frame.left && frame.x(x) <= frame.right);
    assert.ok(frame.y(y) >= frame.top && frame.y(y) <= frame.bottom);
  }
  assert.equal(frame.yTicks[0]?.label, "40");
  const bars = frameOf(chart({ measure: "name", names: ["x", "y"], series: [{ name: "a", points }] }), 600, true);
  assert.equal(bars.yTicks[0]?.label, "0");
  assert.equal(bars.step, (bars.right - bars.left) / 2);
});

test("frameOf() has no more labels than there is room for, and stands for nothing as well", () => {
  const names = Array.from({ length: 60 }, (_, at) => `name ${at}`);
  const [first, second] = frameOf(chart({ measure: "name", names }), 360, true).xTicks;
  assert.ok(first && second && second.at - first.at >= 7 * "name 10".length);
  const short = names.slice(0, 12).map((_, at) => `n${at}`);
  assert.equal(frameOf(chart({ measure: "name", names: short }), 600, true).xTicks.length, 12);
  assert.ok(Number.isFinite(frameOf(chart({}), 0, false).y(1)));
});
