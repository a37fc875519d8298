import type { FunctionInvoker } from "../functions/function-invoker.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { StreamsService } from "../streams/streams-service.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { deliveryComponents } from "./components.ts";
import { reachedBy } from "./configuration/destinations-section.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { FirstStarts } from "./first-starts.ts";
import type { Lake } from "./open-lake.ts";
import type { OpenedTriggers } from "./open-triggers.ts";
import type { Stores } from "./stores.ts";
import { streamDependencies } from "./stream-dependencies.ts";

export interface OpenStreamsOptions {
  readonly configuration: Configuration;
  readonly folder: DataFolder;
  readonly stores: Stores;
  readonly lake: Lake;
  readonly listeners: OpenedTriggers;
  readonly functions: FunctionInvoker;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly restored: boolean;
  /** Takes what ends what was opened here. */
  readonly closers: (() => unknown)[];
}

/** The streams with their logs and deliveries, which go on from where the last process left them. */
export async function openStreams(options: OpenStreamsOptions): Promise<StreamsService> {
  const { folder, lake, listeners, closers, ...rooms } = options;
  const { catalog, jobs } = lake;
  let streams: StreamsService | undefined;
  const firstStarts = new FirstStarts(rooms.disk, folder.started);
  const { configuration } = rooms;
  const reached = reachedBy(configuration, { folder: configuration.folder, environment: process.env });
  const components = deliveryComponents({ ...rooms, reached, catalog, jobs, listeners });
  const opened = await StreamsService.open(
    streamDependencies({
      ...rooms,
      components,
      firstStarts,
      catalog,
      current: (name) => streams?.get(name),
      running: () => streams !== undefined,
    }),
  );
  streams = opened;
  closers.push(() => opened.close());
  closers.push(catalog.onTableChanged((table) => opened.tableChanged(table)));
  await firstStarts.retain(new Set(opened.list().map(({ uid }) => uid)));
  return opened;
}
