import type { Clock } from "../std/clock.ts";
import { HoldAges } from "./hold-ages.ts";
import type { Metrics } from "./metrics.ts";

/** The state of a stream at a scrape. The server fills it in; this room knows no stream. */
export interface StreamSnapshot {
  readonly stream: string;
  readonly logBytes: number;
  readonly budgetBytes: number;
  readonly pendingAppends: number;
  /** One past the last durable record. */
  readonly end: number;
  readonly deliveries: readonly DeliverySnapshot[];
}

export interface DeliverySnapshot {
  readonly delivery: string;
  readonly kind: string;
  readonly state: string;
  readonly read: number;
  readonly hold: number;
  readonly openAccumulators: number;
  readonly openParcels: number;
  readonly spilledBytes: number;
  readonly counters: {
    readonly delivered: number;
    readonly errored: number;
    readonly dropped: number;
    readonly pending: number;
  };
  /** Arrival of the oldest record that is not delivered. */
  readonly oldestPendingMs?: number;
}

/** The state of a source at a scrape. */
export interface SourceSnapshot {
  readonly source: string;
  readonly kind: string;
  readonly stream: string;
  readonly state: string;
  readonly measures: Readonly<Record<string, number>>;
}

/** Turns snapshots into gauges at each scrape. */
export class SnapshotGauges {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #holdAges: HoldAges;

  constructor(metrics: Metrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#holdAges = new HoldAges(clock);
  }

  set(snapshots: readonly StreamSnapshot[], sources: readonly SourceSnapshot[]): void {
    this.#metrics.resetGauges();
    this.#holdAges.begin();
    for (const snapshot of snapshots) {
      const { stream } = snapshot;
      this.#metrics.record("logBytes", { stream }, snapshot.logBytes);
      this.#metrics.record("budgetBytes", { stream }, snapshot.budgetBytes);
      this.#metrics.record("pendingAppends", { stream }, snapshot.pendingAppends);
      for (const delivery of snapshot.deliveries) this.#setDelivery(snapshot, delivery);
    }
    for (const { source, kind, stream, state, measures } of sources) {
      const labels = { source, kind, stream };
      this.#metrics.record("sourceUp", { ...labels, state }, state === "reading" ? 1 : 0);
      for (const [measure, value] of Object.entries(measures))
        this.#metrics.record("sourceMeasure", { ...labels, measure }, value);
    }
  }

  #setDelivery({ stream, end }: StreamSnapshot, snapshot: DeliverySnapshot): void {
    const { delivery, kind, hold, counters } = snapshot;
    const labels = { stream, delivery, kind };
    const unread = Math.max(0, end - snapshot.read);
    const pending = counters.pending + unread;
    const accepted = counters.delivered + counters.errored + counters.dropped + pending;
    const balance = { accepted, delivered: counters.delivered, errored: counters.errored, dropped: counters.dropped };
    for (const [state, value] of Object.entries({ ...balance, pending })) {
      this.#metrics.record("balance", { ...labels, state }, value);
    }
    this.#metrics.record("deliveryUp", { ...labels, state: snapshot.state }, 1);
    this.#metrics.record("unreadRecords", labels, unread);
    this.#metrics.record("holdLagRecords", labels, Math.max(0, end - hold));
    this.#metrics.record("holdAgeSeconds", labels, this.#holdAges.ageMs(`${stream}/${delivery}`, hold, end) / 1000);
    const oldest = snapshot.oldestPendingMs;
    const freshnessMs = oldest === undefined ? 0 : Math.max(0, this.#clock.now() - oldest);
    this.#metrics.record("dataFreshness", labels, freshnessMs / 1000);
    this.#metrics.record("openAccumulators", labels, snapshot.openAccumulators);
    this.#metrics.record("openParcels", labels, snapshot.openParcels);
    this.#metrics.record("spilledBytes", labels, snapshot.spilledBytes);
  }
}
