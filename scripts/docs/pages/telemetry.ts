import { EVENT_TABLE } from "../../../src/telemetry/event-table.ts";
import { METRICS, type Metric } from "../../../src/telemetry/metrics-table.ts";
import { code, page, table } from "../markdown.ts";

export function telemetryPage(): string {
  const intro = [
    "Everything worth knowing leaves the product as a named event; metrics, the structured log on standard error and the",
    "delivery log of a stream follow from events. `/metrics` serves the metrics in Prometheus's format. Counters count at the",
    "commit point: accepted when the append is durable, delivered when the receipt is.",
  ].join("\n");
  const metrics = Object.values<Metric>(METRICS).map(({ name, kind, labels, help, aws = "" }) => [
    code(name),
    kind,
    labels.map(code).join(", "),
    help,
    aws,
  ]);
  const events = Object.entries(EVENT_TABLE).map(([name, entry]) => [
    code(name),
    entry.level,
    entry.summary,
    [...new Set(entry.metrics.map(({ metric }) => code(METRICS[metric].name)))].join(", ") || "log only",
    entry.deliveryLog === undefined ? "" : "yes",
  ]);
  return page("Telemetry", intro, [
    "## Metrics",
    "The last column is the name of the same thing in the CloudWatch namespace `AWS/Firehose`.",
    table(["metric", "kind", "labels", "what it is", "in AWS"], metrics),
    "## Events",
    "Events of level `trace` happen per call: they are counted always and logged with `logLevel: trace` only.",
    table(["event", "level", "what happened", "metrics", "delivery log"], events),
  ]);
}
