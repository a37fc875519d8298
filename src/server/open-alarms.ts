import { Alarms } from "../alarms/alarms.ts";
import { openAlarmTarget } from "../alarms/open-alarm-target.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import { readSecret, type Secret } from "../model/secret.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { Streams } from "../streams/streams.ts";
import type { MetricHistory } from "../telemetry/history/metric-history.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";

export interface OpenAlarmsOptions {
  readonly configuration: Configuration;
  readonly folder: DataFolder;
  readonly history: MetricHistory;
  readonly functions: FunctionInvoker;
  readonly streams: Pick<Streams, "list">;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** The alarms of the configuration. Somebody has to say when a minute is over. */
export function openAlarms(options: OpenAlarmsOptions): Promise<Alarms> {
  const { configuration, folder, functions, streams, ...world } = options;
  const secrets = { folder: configuration.folder, environment: process.env };
  const components = { functions, readSecret: (secret: Secret) => readSecret(secret, secrets), clock: world.clock };
  return Alarms.open({
    ...world,
    settings: configuration.alarms,
    directory: folder.alarms,
    streams: () => streams.list().map(({ name }) => name),
    openTarget: (settings) => openAlarmTarget(settings, components),
  });
}
