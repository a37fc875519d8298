export interface TelemetryEvents {
  "telemetry.historyFailed": { reason: string };
}
