/**
 * Services that take HTTP endpoint deliveries, with the buffering that AWS's guide names for each (reference 2.1) and the
 * shape of their addresses. Which address is yours, and what the access key is, their own pages say.
 */
export interface Receiver {
  readonly url: string;
  /** Gathered before a delivery, where nobody says it. */
  readonly gatherMiB: number;
}

export const RECEIVERS = {
  coralogix: { url: "https://ingress.DOMAIN/aws/firehose", gatherMiB: 6 },
  datadog: { url: "https://aws-kinesis-http-intake.logs.SITE/v1/input", gatherMiB: 4 },
  dynatrace: { url: "https://ENVIRONMENT.live.dynatrace.com/api/v2/logs/ingest/aws_firehose", gatherMiB: 5 },
  elastic: { url: "https://DEPLOYMENT.es.REGION.aws.elastic.cloud", gatherMiB: 1 },
  honeycomb: { url: "https://api.honeycomb.io/1/kinesis_events/DATASET", gatherMiB: 15 },
  logicmonitor: { url: "https://ACCOUNT.logicmonitor.com/…", gatherMiB: 5 },
  "logz.io": { url: "https://listener-aws-metrics-stream-REGION.logz.io", gatherMiB: 5 },
  mongodb: { url: "https://data.mongodb-api.com/app/APP/endpoint/…", gatherMiB: 5 },
  "new-relic": { url: "https://aws-api.newrelic.com/firehose/v1", gatherMiB: 5 },
  "splunk-observability": { url: "https://ingest.REALM.signalfx.com/v1/cloudwatch_metric_stream", gatherMiB: 1 },
  "sumo-logic": { url: "https://collectors.sumologic.com/receiver/v1/kinesis/log/TOKEN", gatherMiB: 1 },
} as const satisfies Readonly<Record<string, Receiver>>;

export type ReceiverName = keyof typeof RECEIVERS;

export const receiverNames = Object.keys(RECEIVERS) as [ReceiverName, ...ReceiverName[]];

/** All of them gather for a minute (reference 2.1). */
export const GATHER_MS = 60_000;
