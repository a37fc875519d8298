import type { Alarms } from "../alarms/alarms.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import { FunctionOutputs } from "../functions/function-outputs.ts";
import { systemClock } from "../std/clock.ts";
import { lockFolder } from "../std/folder-lock.ts";
import { nodeDisk } from "../std/node-disk.ts";
import { systemRandom } from "../std/random.ts";
import type { Streams } from "../streams/streams.ts";
import { createTelemetry, type TelemetryService } from "../telemetry/create-telemetry.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { streamUpstreams } from "./configuration/stream-sources-section.ts";
import { dataFolder } from "./data-folder.ts";
import { createDeclaredStreams } from "./declared-streams.ts";
import { DemoDataSenders } from "./demo-data.ts";
import { dryRuns } from "./dry-runs.ts";
import { HostedFunctionDesk } from "./function-desk.ts";
import { HostedFunctions } from "./hosted-functions.ts";
import { openListener } from "./listener.ts";
import { openAccess } from "./open-access.ts";
import { openAlarms } from "./open-alarms.ts";
import { openHistory } from "./open-history.ts";
import { streamProgressIn } from "./open-jobs.ts";
import { openLake } from "./open-lake.ts";
import { type OpenedSources, openSources } from "./open-sources.ts";
import { openStreams } from "./open-streams.ts";
import { openTriggers } from "./open-triggers.ts";
import { deliveryLogTarget, sourceSnapshots, streamSnapshots } from "./snapshots.ts";
import { startFailure } from "./start-failure.ts";
import { openStores, type Stores } from "./stores.ts";

export interface RunningServer {
  /** `http://127.0.0.1:4573`, with the port that was really taken. */
  readonly url: string;
  readonly port: number;
  /** What clients have to trust when the server made its own certificate: `AWS_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS`. */
  readonly caFile?: string;
  readonly streams: Streams;
  readonly stores: Stores;
  readonly functions: FunctionInvoker;
  readonly telemetry: TelemetryService;
  /** Answers what is under way, has deliveries write their cuts, lets go of the data folder. Within 10 seconds. */
  close(): Promise<void>;
}

export interface OpenServerOptions {
  /** For eyes on a terminal. */
  readonly pretty?: boolean;
  /** The data folder was put back from a copy: offsets that the original may have given out are never given out again. */
  readonly restored?: boolean;
}

/** Calls under way at a stop may take this long; deliveries then have 3 s, which leaves room within the 10 s of a stop. */
const CLOSE_GRACE_MS = 3_000;

/**
 * The composition root: the only place where all rooms meet. What is opened is closed in the opposite order, also when
 * opening fails half-way.
 */
export async function openServer(
  configuration: Configuration,
  options: OpenServerOptions = {},
): Promise<RunningServer> {
  const closers: (() => unknown)[] = [];
  const close = () => closeAll(closers);
  try {
    return await compose(configuration, options, closers, close);
  } catch (error) {
    await close().catch(() => undefined);
    throw startFailure(error, configuration);
  }
}

/** Newest first. One that fails does not keep the others open; its failure is told at the end. */
async function closeAll(closers: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      await closer();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function compose(
  configuration: Configuration,
  options: OpenServerOptions,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<RunningServer> {
  const rooms = await openRooms(configuration, options, closers);
  const { folder, telemetry, history, stores, functions, lake, listeners, streams, sources } = rooms;
  const canEncrypt = () => configuration.keyRing !== undefined;
  const context = { streams, clock: systemClock, canEncrypt, upstreams: rooms.upstreams };
  await createDeclaredStreams(context, configuration);
  const demoData = new DemoDataSenders({ streams, clock: systemClock, random: systemRandom });
  closers.push(() => demoData.close());
  const unready: string[] = [];
  const listener = await openListener({
    configuration,
    context,
    access: rooms.access,
    lake,
    sources: sources.all,
    triggers: listeners.triggers,
    announce: listeners.announce,
    stores,
    telemetry,
    history,
    alarms: rooms.alarms,
    demoData,
    functions: rooms.functionDesk,
    dryRun: dryRuns({ open: openServer, functionsDirectory: folder.functions, configuration, catalog: lake.catalog }),
    unready,
    tlsDirectory: folder.tls,
    ...(functions.key !== undefined && { functionsKey: functions.key }),
  });
  const { port, url, caFile } = listener;
  functions.serveAt(url, caFile);
  closers.push(() => {
    unready.push("The server is shutting down");
    return listener.close(CLOSE_GRACE_MS);
  });
  lake.jobs.begin({ endpoint: functions.endpointAt(url, caFile), streamProgress: streamProgressIn(streams) });
  closers.push(() => lake.jobs.close());
  await sources.begin();
  await listeners.begin();
  telemetry.emit("server.ready", { url, data: folder.root, streams: streams.list().length });
  return {
    url,
    port,
    ...(caFile !== undefined && { caFile }),
    streams,
    stores,
    functions: functions.host,
    telemetry,
    close: () => close().then(() => telemetry.emit("server.stopped", { url })),
  };
}

/** All that works behind the door, from the bottom up. */
async function openRooms(configuration: Configuration, options: OpenServerOptions, closers: (() => unknown)[]) {
  const { pretty = false, restored = false } = options;
  const world = { clock: systemClock, disk: nodeDisk, random: systemRandom };
  const folder = dataFolder(configuration.data);
  const lock = lockFolder(folder.root);
  closers.push(() => lock.release());

  let opened: { readonly streams?: Streams; readonly sources?: OpenedSources; readonly alarms?: Alarms } = {};
  const { history, recorder } = await openHistory({ ...world, folder, streams: () => opened.streams });
  const outputs = new FunctionOutputs(systemClock);
  const telemetry = createTelemetry({
    ...world,
    history: {
      observe: (name, fields) => {
        recorder.observe(name, fields);
        outputs.observe(name, fields);
      },
    },
    logsDirectory: folder.logs,
    level: configuration.logLevel,
    pretty,
    snapshot: () => streamSnapshots(opened.streams),
    sources: () => sourceSnapshots(opened.sources?.all.list() ?? []),
    deliveryLogTarget: (stream, delivery) => deliveryLogTarget(opened.streams?.get(stream), delivery),
  });
  closers.push(() => telemetry.close());
  closers.push(() => history.close());
  history.begin({
    sample: (at) =>
      recorder.sample(at, streamSnapshots(opened.streams), sourceSnapshots(opened.sources?.all.list() ?? [])),
    sampled: (at) => opened.alarms?.evaluate(at),
    failed: (reason) => telemetry.emit("telemetry.historyFailed", { reason }),
  });

  const stores = await openStores({ ...world, telemetry, folder, configuration });
  closers.push(() => stores.close());

  const functions = new HostedFunctions({ ...world, configuration, telemetry, directory: folder.functions });
  closers.push(() => functions.host.close());
  const desk = { ...world, configuration, directory: folder.functions, functions: functions.host, outputs };

  const shared = { ...world, configuration, telemetry, stores, folder, closers, functions: functions.host };
  const lake = await openLake({ ...shared, streams: () => opened.streams });
  const listeners = openTriggers({ ...shared, streams: () => opened.streams });
  const access = await openAccess(shared);
  const streams = await openStreams({ ...shared, lake, listeners, restored });
  opened = { streams };
  lake.startSchedules();
  closers.push(() => listeners.triggers.close());
  const upstreams = streamUpstreams(configuration.streamSources);
  const sources = openSources({ ...shared, streams, upstreams });
  closers.push(() => sources.all.close());
  const alarms = await openAlarms({ ...shared, history, streams });
  closers.push(() => alarms.close());
  opened = { streams, sources, alarms };
  return {
    folder,
    telemetry,
    history,
    alarms,
    stores,
    functions,
    functionDesk: new HostedFunctionDesk(desk),
    access,
    lake,
    listeners,
    streams,
    sources,
    upstreams,
  };
}
