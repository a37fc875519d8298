import type { Row } from "../question.ts";
import type { LoadReport } from "./load-order.ts";
import { middle } from "./rounds.ts";

/** A variant under load as a row: medians of its rounds. */
export function loadRow(name: string, reports: readonly LoadReport[]): Row {
  return {
    name,
    values: {
      "MB/s": middle(reports, ({ megabytesPerSecond }) => megabytesPerSecond),
      "records/s": middle(reports, ({ recordsPerSecond }) => recordsPerSecond),
      "requests/s": middle(reports, ({ requestsPerSecond }) => requestsPerSecond),
      "p50 ms": middle(reports, ({ p50Ms }) => p50Ms),
      "p99 ms": middle(reports, ({ p99Ms }) => p99Ms),
      "longest ms": middle(reports, ({ longestMs }) => longestMs),
      refused: middle(reports, ({ refusedRequests }) => refusedRequests),
      "load cores": middle(reports, ({ cores }) => cores),
    },
  };
}

export const megabytesPerSecond = (report: LoadReport) => report.megabytesPerSecond;
export const requestsPerSecond = (report: LoadReport) => report.requestsPerSecond;
