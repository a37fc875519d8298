import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Streams } from "../streams/streams.ts";
import { HistoryRecorder } from "../telemetry/history/history-recorder.ts";
import { MetricHistory } from "../telemetry/history/metric-history.ts";
import type { DataFolder } from "./data-folder.ts";

export interface OpenHistoryOptions {
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly disk: Disk;
  /** `undefined` until they are open. */
  readonly streams: () => Streams | undefined;
}

/** The history of metrics and what fills it. Minutes are written once it is begun. */
export async function openHistory({ folder, clock, disk, streams }: OpenHistoryOptions) {
  const history = await MetricHistory.open({ clock, disk, directory: folder.metrics });
  const targetOf = (stream: string, id: string) => {
    const definition = streams()
      ?.get(stream)
      ?.deliveries.find((one) => one.id === id);
    return definition === undefined ? undefined : { target: definition.target.type, kind: definition.kind };
  };
  return { history, recorder: new HistoryRecorder({ history, clock, targetOf }) };
}
