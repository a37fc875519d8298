/**
 * A line through values at even distances, from the bottom (0) to a little below the top (the largest). Fewer than two
 * values are no line.
 */
export function linePath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return "";
  const max = Math.max(...values, Number.MIN_VALUE);
  const step = width / (values.length - 1);
  const points = values.map((value, at) => {
    const y = height - 1 - (Math.max(0, value) / max) * (height - 3);
    return `${round(at * step)} ${round(y)}`;
  });
  return `M${points.join("L")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
