import {
  type CloudWatchContext,
  type CloudWatchOperation,
  invalidCombination,
  invalidValue,
} from "./cloudwatch-operation.ts";
import { checkedPeriodS, readPoints, statisticIn } from "./points.ts";
import { getMetricStatisticsRequest } from "./shapes.ts";

/** Points of one answer, as the service has it. */
const DATAPOINTS_MAX = 1440;

/**
 * GetMetricStatistics request  => Namespace, MetricName, Dimensions?, StartTime, EndTime, Period, Statistics, Unit?
 * GetMetricStatistics response => Label, Datapoints: [Timestamp, Unit, the statistics that were asked for]
 *
 * Percentiles are refused: sums, counts, minima and maxima are what is kept.
 */
export function getMetricStatistics({
  history,
}: CloudWatchContext): CloudWatchOperation<typeof getMetricStatisticsRequest> {
  return {
    name: "GetMetricStatistics",
    shape: getMetricStatisticsRequest,
    handle: async (input) => {
      const { Statistics = [], ExtendedStatistics = [], StartTime: from, EndTime: to, MetricName } = input;
      if (ExtendedStatistics.length > 0) {
        const message = `Percentiles are not kept: use Statistics instead of ExtendedStatistics ${ExtendedStatistics.join(", ")}`;
        throw invalidValue(message);
      }
      if (Statistics.length === 0) throw invalidCombination("At least one of the Statistics must be asked for");
      const periodS = checkedPeriodS(input.Period);
      const count = Math.ceil((to - from) / periodS);
      if (count > DATAPOINTS_MAX) {
        const message = `You have requested up to ${count} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`;
        throw invalidCombination(message);
      }
      const [found] = await readPoints(history, [{ metric: input, unit: input.Unit, periodS }], { from, to });
      return {
        Label: MetricName,
        Datapoints: (found?.points ?? []).map((point) => ({
          Timestamp: new Date(point.at),
          ...Object.fromEntries(Statistics.map((statistic) => [statistic, statisticIn(point, statistic)])),
          Unit: found?.unit,
        })),
      };
    },
  };
}
