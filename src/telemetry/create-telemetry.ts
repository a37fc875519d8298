import type { DestinationStream } from "pino";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { DeliveryLog, type DeliveryLogTarget } from "./delivery-log.ts";
import type { EventEntry } from "./event-entry.ts";
import { EVENT_TABLE } from "./event-table.ts";
import type { EventCatalogue } from "./events.ts";
import type { HistoryRecorder } from "./history/history-recorder.ts";
import { Metrics } from "./metrics.ts";
import { SnapshotGauges, type SourceSnapshot, type StreamSnapshot } from "./snapshot.ts";
import { createStructuredLog, type LogLevel } from "./structured-log.ts";
import type { Telemetry } from "./telemetry.ts";

/** One event in; metrics, the structured log and the stream's delivery log out, as the event table says. */
export interface TelemetryService extends Telemetry {
  /** The text of `/metrics` and its media type. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  readonly deliveryLog: DeliveryLog;
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  /** Absolute path of `logs/` in the data folder. */
  readonly logsDirectory: string;
  readonly level: LogLevel;
  /** Single coloured lines instead of JSON. Default false. */
  readonly pretty?: boolean;
  /** Where the structured log goes. Default: standard error. */
  readonly output?: DestinationStream;
  /** State of all streams, asked for at each scrape. */
  readonly snapshot: () => readonly StreamSnapshot[];
  /** State of all sources, likewise. */
  readonly sources?: () => readonly SourceSnapshot[];
  /** Keeps samples of events across restarts. */
  readonly history?: Pick<HistoryRecorder, "observe">;
  /** Which deliveries have logging switched on. */
  readonly deliveryLogTarget: (stream: string, delivery: string) => DeliveryLogTarget | undefined;
}

export function createTelemetry(options: TelemetryOptions): TelemetryService {
  const { clock, disk, logsDirectory, level } = options;
  const log = createStructuredLog(level, options.output, options.pretty);
  const metrics = new Metrics();
  const gauges = new SnapshotGauges(metrics, clock);
  metrics.onCollect(() => gauges.set(options.snapshot(), options.sources?.() ?? []));
  const deliveryLog = new DeliveryLog({ clock, disk, directory: logsDirectory, target: options.deliveryLogTarget });

  const emit: Telemetry["emit"] = (name, fields) => {
    const entry: EventEntry<EventCatalogue[typeof name]> = EVENT_TABLE[name];
    try {
      for (const { metric, labels, value, when } of entry.metrics) {
        if (when?.(fields) ?? true) metrics.record(metric, labels(fields), value?.(fields) ?? 1);
      }
      options.history?.observe(name, fields);
      const line = entry.deliveryLog?.(fields);
      if (line !== undefined) deliveryLog.write(line);
      if (log.isLevelEnabled(entry.level)) log[entry.level]({ event: name, ...fields });
      if (name === "stream.deleted") forget((fields as EventCatalogue["stream.deleted"]).stream);
    } catch (error) {
      // Emitting never throws: a label that a metric refuses is our mistake and must not become the caller's.
      log.error({ event: "telemetry.failed", name, reason: String(error) });
    }
  };
  const forget = (stream: string) => {
    const report = (error: unknown) => log.error({ event: "telemetry.failed", name: "forget", reason: String(error) });
    Promise.all([metrics.forgetStream(stream), deliveryLog.forget(stream)]).catch(report);
  };
  return { emit, metrics: () => metrics.text(), deliveryLog, close: () => deliveryLog.settled() };
}
