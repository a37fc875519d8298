export interface DeliveryEvents {
  "delivery.started": { stream: string; delivery: string; read: number; hold: number; openParcels: number };
  "delivery.stopped": { stream: string; delivery: string; reason: string };
  "delivery.planApplied": { stream: string; delivery: string; version: string; position: number };
  "delivery.cutWritten": { stream: string; delivery: string; read: number; intents: number; openAccumulators: number };
  "delivery.parcelDelivered": {
    stream: string;
    delivery: string;
    kind: "primary" | "backup" | "replay";
    /** Kind of destination. */
    target: string;
    error: boolean;
    adopted: boolean;
    key: string;
    records: number;
    /** Bytes as the producers sent them. */
    sourceBytes: number;
    objectBytes: number;
    cause: string;
    attempts: number;
    /** Age of the oldest record when the receipt was durable. */
    freshnessMs: number;
  };
  "delivery.registrationFailed": {
    stream: string;
    delivery: string;
    objects: number;
    attempt: number;
    message: string;
  };
  "delivery.attemptFailed": {
    stream: string;
    delivery: string;
    version: string;
    target: string;
    key: string;
    attempt: number;
    code: string;
    message: string;
  };
  "delivery.requestSent": { stream: string; delivery: string; records: number; bytes: number };
  "delivery.acknowledged": { stream: string; delivery: string; latencyMs: number };
  "delivery.recordsRejected": { stream: string; delivery: string; errorType: string; code: string; records: number };
  "delivery.recordsDropped": { stream: string; delivery: string; records: number };
  "delivery.dayCompleted": { stream: string; delivery: string; day: string; key: string };
  "delivery.alarmed": { stream: string; delivery: string; code: string; message: string };
}
