import type { Clock } from "../../std/clock.ts";
import type { EventCatalogue } from "../events.ts";
import { HoldAges } from "../hold-ages.ts";
import type { SourceSnapshot, StreamSnapshot } from "../snapshot.ts";
import { type DeliveryTargetOf, sampleEvent } from "./event-samples.ts";
import type { MetricHistory } from "./metric-history.ts";
import { sampleSnapshots } from "./snapshot-samples.ts";
import { statisticsOf } from "./statistics.ts";
import { StreamSeries } from "./stream-series.ts";

export interface HistoryRecorderOptions {
  readonly history: Pick<MetricHistory, "record" | "add">;
  readonly clock: Clock;
  readonly targetOf: DeliveryTargetOf;
}

/** Turns events as they come, and the state of streams once a minute, into samples of the history. */
export class HistoryRecorder {
  readonly #options: HistoryRecorderOptions;
  readonly #series = new StreamSeries();
  readonly #holdAges: HoldAges;

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
    this.#holdAges = new HoldAges(options.clock);
  }

  observe<Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]): void {
    const { history, targetOf } = this.#options;
    sampleEvent(name, fields, {
      record: (stream, metric, value) => history.record(this.#series.keyOf(stream, metric), value),
      targetOf,
    });
  }

  /** The state at the end of the minute that began at `at`. */
  sample(at: number, streams: readonly StreamSnapshot[], sources: readonly SourceSnapshot[]): void {
    const { history, targetOf, clock } = this.#options;
    sampleSnapshots(streams, sources, {
      record: (stream, metric, value) => void history.add(this.#series.keyOf(stream, metric), statisticsOf(value), at),
      targetOf,
      holdAges: this.#holdAges,
      now: clock.now(),
    });
  }
}
