import type { Point } from "../telemetry/history/metric-history.ts";

/** What an alarm looks at: computed for one stream and one period from samples of the history. */
export interface AlarmMeasure {
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Names in the history. */
  readonly metrics: readonly string[];
  /** `undefined`: nobody knows, for the server did not run. */
  readonly value: (points: readonly (Point | undefined)[]) => number | undefined;
}

export const ALARM_MEASURES = {
  "budget-percent": {
    summary: "Disk of a stream that is used, in percent of its budget. Producers are told to slow down near 100.",
    metrics: ["BudgetUsed"],
    value: ([used]) => used?.max,
  },
  "error-percent": {
    summary: "Records that were rejected, in percent of those that were rejected or delivered.",
    metrics: ["RejectedRecords", "DeliveredRecords"],
    value: ([rejected, delivered]) => {
      const errors = rejected?.sum ?? 0;
      return errors === 0 ? 0 : (100 * errors) / (errors + (delivered?.sum ?? 0));
    },
  },
  "failing-deliveries": {
    summary: "Deliveries of a stream that retried or had failed all the time.",
    metrics: ["DeliveriesFailing"],
    value: ([failing]) => failing?.min,
  },
  "freshness-seconds": {
    summary: "Age of the oldest record that is not delivered.",
    metrics: ["DataFreshness"],
    value: ([freshness]) => freshness?.max,
  },
  "log-age-seconds": {
    summary: "How long the log has not been able to let go of anything although records wait in it.",
    metrics: ["LogAge"],
    value: ([age]) => age?.max,
  },
  "throttled-records": {
    summary: "Records that were refused because rate or budget were exhausted.",
    metrics: ["ThrottledRecords"],
    value: ([throttled]) => throttled?.sum ?? 0,
  },
} as const satisfies Record<string, AlarmMeasure>;

export type AlarmMeasureName = keyof typeof ALARM_MEASURES;

export const ALARM_MEASURE_NAMES = Object.keys(ALARM_MEASURES) as [AlarmMeasureName, ...AlarmMeasureName[]];
