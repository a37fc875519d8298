/** What is kept of all values of one metric in one period: enough for every sum, average, minimum and maximum over it. */
export interface Statistics {
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** Statistics by series: those of one period. They change in place, because a call of a producer is several values. */
export type StatisticsBySeries = Map<string, { -readonly [Name in keyof Statistics]: Statistics[Name] }>;

export function statisticsOf(value: number): Statistics {
  return { sum: value, count: 1, min: value, max: value };
}

export function joined(one: Statistics | undefined, other: Statistics): Statistics {
  if (one === undefined) return other;
  return {
    sum: one.sum + other.sum,
    count: one.count + other.count,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  };
}

/** Adds to what is known of a series. */
export function addStatistics(known: StatisticsBySeries, series: string, more: Statistics): void {
  const found = known.get(series);
  if (found === undefined) {
    known.set(series, { ...more });
    return;
  }
  found.sum += more.sum;
  found.count += more.count;
  if (more.min < found.min) found.min = more.min;
  if (more.max > found.max) found.max = more.max;
}
