import { join } from "node:path";
import { type Bench, STREAM } from "./harness/bench.ts";
import { type Lakehose, type StreamRequest, streamInto } from "./harness/lakehose.ts";
import type { LoadOrder, LoadReport } from "./harness/load-order.ts";
import { type LogLag, watchLogLag } from "./harness/log-lag.ts";
import { secondsByThread, watchMemory } from "./harness/process-usage.ts";
import { readTrips, type TripsFound } from "./harness/read-trips.ts";
import { atLeast, atMost, type Question, type Row } from "./question.ts";

/** All taxi trips of New York, replayed at 3,600 times their speed: 2.8 million events and 1.1 GB a minute. */
const EVENTS_PER_SECOND = 2_800_000 / 60;
const EVENT_BYTES = 393;
const EVENTS_PER_REQUEST = 500;

/** 256,000 trips before one comes again. */
const BODIES = 512;
const CONNECTIONS = 16;

/** After the load itself: each of these for a fifth of the time, until one does not hold. */
const MULTIPLES = [1.5, 2, 3] as const;
const MULTIPLE_SHARE = 0.2;

/** Of what was due; less means that somebody was told to slow down. */
const RATE_SHARE_MIN = 0.99;

/** A minute in ten: a delivery that falls behind faster has not held, however short the run. A short one may stall once. */
const LAG_SHARE_MAX = 0.1;
const LAG_SECONDS_LEAST = 5;
const LAG_SECONDS_MAX = 60;

/** Every partition is handed on twice in a run: in ten minutes at AWS's default interval. */
const ROLLS = 2;
const INTERVAL_SECONDS_LEAST = 10;
const INTERVAL_SECONDS_MAX = 300;

/** AWS's least with dynamic partitioning; under less, the time to drain says nothing of this load. */
const DRAIN_INTERVAL_SECONDS_LEAST = 60;

const SCHEMA = {
  columns: Object.entries({
    type: "string",
    trip_id: "bigint",
    vendor_id: "int",
    pickup_datetime: "timestamp",
    dropoff_datetime: "timestamp",
    passenger_count: "int",
    trip_distance: "double",
    rate_code: "int",
    store_and_forward: "boolean",
    pickup_location_id: "int",
    dropoff_location_id: "int",
    payment_type: "string",
    fare_amount: "decimal(10,2)",
    extra: "decimal(10,2)",
    mta_tax: "decimal(10,2)",
    tip_amount: "decimal(10,2)",
    tolls_amount: "decimal(10,2)",
    total_amount: "decimal(10,2)",
  }).map(([name, type]) => ({ name, type })),
};

export const taxiToParquet: Question = {
  name: "taxi-to-parquet",
  asks: "Do 46,667 taxi trips a second get into Parquet partitioned by place, year and month, and what multiple of it does? One round.",
  run: async (bench) => {
    const once = await measure(bench, 1, bench.seconds);
    const runs = [once];
    for (const multiple of MULTIPLES) {
      if (!holds(runs.at(-1) ?? once)) break;
      runs.push(await measure(bench, multiple, bench.seconds * MULTIPLE_SHARE));
    }
    const held = runs.filter(holds).at(-1)?.multiple ?? 0;
    return {
      checks: [
        { what: "accepted / due", value: rateShare(once), limit: atLeast(RATE_SHARE_MIN) },
        { what: "log behind, longest", value: lagSecondsMax(once), unit: "s", limit: atMost(LAG_SECONDS_MAX) },
        {
          what: "lake behind its interval, longest",
          value: lateSecondsMax(once),
          unit: "s",
          limit: atMost(LAG_SECONDS_MAX),
        },
        {
          what: "drain / time that it was the load of",
          value: drainShare(once),
          ...(makesLargeFiles(once) ? { limit: atMost(1) } : {}),
        },
        { what: "highest multiple that holds", value: held, limit: atLeast(1) },
      ],
      rows: runs.map(row),
      notes: runs.flatMap(notes),
    };
  },
};

interface Run {
  readonly multiple: number;
  readonly seconds: number;
  readonly report: LoadReport;
  /** While the load ran, and while what was left drained. */
  readonly lags: readonly LogLag[];
  readonly residentMiBMax: number;
  /** Processor seconds of each thread while the load ran, and while what was left drained. */
  readonly loadUsage: ThreadUsage;
  readonly drainUsage: ThreadUsage;
  /** Accepted and not landed when the load ended. */
  readonly pendingRecords: number;
  readonly drainSeconds: number;
  readonly found: TripsFound;
}

function measure(bench: Bench, multiple: number, seconds: number): Promise<Run> {
  return bench.withLakehose({ streams: [tripStream(seconds)] }, async (server) => {
    bench.progress(`${multiple} times the load, for ${seconds} s`);
    const order = tripLoad(server, multiple, seconds);
    await bench.loader.prepare(order);
    const memory = watchMemory(server.pid);
    const watching = watchLogLag(server, STREAM);
    const before = secondsByThread(server.pid);
    const report = await bench.loader.run(order);
    const loaded = secondsByThread(server.pid);
    const loadedAt = performance.now();
    const pendingRecords = (await server.health(STREAM)).balance[0]?.pending ?? 0;
    bench.progress(`${multiple} times the load: drains`);
    await server.flush(STREAM);
    const drainSeconds = (performance.now() - loadedAt) / 1000;
    const drained = secondsByThread(server.pid);
    const lags = await watching.stop();
    const residentMiBMax = Math.max(...(await memory.stop()));
    await server.expectDelivered(STREAM, report.acceptedRecords);
    bench.progress(`${multiple} times the load: reads back`);
    const found = await readTrips(join(server.data, "buckets", "lake"), "trips", EVENTS_PER_REQUEST);
    expectWhole(found, report);
    const usage = { loadUsage: usageBetween(before, loaded), drainUsage: usageBetween(loaded, drained) };
    return { multiple, seconds, report, lags, residentMiBMax, ...usage, pendingRecords, drainSeconds, found };
  });
}

type ThreadUsage = ReadonlyMap<string, number>;

function usageBetween(before: ThreadUsage, after: ThreadUsage): ThreadUsage {
  return new Map([...after].map(([thread, seconds]) => [thread, seconds - (before.get(thread) ?? 0)]));
}

function intervalSeconds(seconds: number): number {
  return Math.min(INTERVAL_SECONDS_MAX, Math.max(INTERVAL_SECONDS_LEAST, Math.ceil(seconds / ROLLS)));
}

/** As the guide to partitions recommends: a path instead of a query, year and month by the trip's own time. */
function tripStream(seconds: number): StreamRequest {
  const destination = {
    Prefix:
      "trips/pickup_location=!{partitionKeyFromQuery:pickup_location}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
    ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
    BufferingHints: { SizeInMBs: 128, IntervalInSeconds: intervalSeconds(seconds) },
    DynamicPartitioningConfiguration: { Enabled: true },
  };
  return streamInto(STREAM, destination, {
    "partition-keys": "pickup_location=.pickup_location_id:%03d",
    "partition-time": "pickup_datetime",
    "partitions-max": 5_000,
    limits: "relaxed",
    format: "parquet",
    "format-options": { schema: SCHEMA },
  });
}

function tripLoad(server: Lakehose, multiple: number, seconds: number): LoadOrder {
  return {
    url: server.url,
    operation: "PutRecordBatch",
    streams: [STREAM],
    records: "trips",
    recordBytes: EVENT_BYTES,
    recordsPerRequest: EVENTS_PER_REQUEST,
    bodies: BODIES,
    connections: CONNECTIONS,
    requestsPerSecond: (EVENTS_PER_SECOND * multiple) / EVENTS_PER_REQUEST,
    warmUpMs: 0,
    windowMs: seconds * 1000,
  };
}

/** A fast server that loses, doubles, or misplaces records is no use. */
function expectWhole(found: TripsFound, { acceptedRecords }: LoadReport): void {
  const { rows, misplacedRows, tornRequests, errorFiles } = found;
  if (rows === acceptedRecords && misplacedRows === 0 && tornRequests === 0 && errorFiles === 0) return;
  throw new Error(`Expected ${acceptedRecords} rows, each once and in its folder, found ${JSON.stringify(found)}`);
}

function holds(run: Run): boolean {
  const lagMax = Math.min(LAG_SECONDS_MAX, Math.max(LAG_SECONDS_LEAST, run.seconds * LAG_SHARE_MAX));
  const keepsUp = lagSecondsMax(run) <= lagMax && lateSecondsMax(run) <= LAG_SECONDS_MAX;
  const encodesInTime = drainShare(run) <= 1 || !makesLargeFiles(run);
  return rateShare(run) >= RATE_SHARE_MIN && keepsUp && encodesInTime;
}

/** Hundreds of files every few seconds are not this load: making a file takes longer than encoding what is in it. */
function makesLargeFiles({ seconds }: Run): boolean {
  return intervalSeconds(seconds) >= DRAIN_INTERVAL_SECONDS_LEAST;
}

function rateShare({ report, multiple, seconds }: Run): number {
  return report.acceptedRecords / (EVENTS_PER_SECOND * multiple * seconds);
}

function lagSecondsMax({ lags }: Run): number {
  return Math.max(...lags.map(({ lagSeconds }) => lagSeconds));
}

/** A record may wait for others as long as the interval says; what comes on top is time that it took to land. */
function lateSecondsMax({ lags, seconds }: Run): number {
  const oldest = Math.max(...lags.map(({ freshnessSeconds }) => freshnessSeconds));
  return Math.max(0, oldest - intervalSeconds(seconds));
}

/** Above 1, what gathers takes longer to encode than to come. */
function drainShare({ drainSeconds, pendingRecords, multiple }: Run): number {
  return drainSeconds / Math.max(1, pendingRecords / (EVENTS_PER_SECOND * multiple));
}

function row(run: Run): Row {
  const { multiple, seconds, report, residentMiBMax, drainSeconds, found } = run;
  return {
    name: `x ${multiple}`,
    values: {
      seconds,
      "records/s": report.acceptedRecords / seconds,
      "MB/s": report.acceptedBytes / 1e6 / seconds,
      "p99 ms": report.p99Ms,
      refused: report.refusedRequests,
      "lag s": lagSecondsMax(run),
      "late s": lateSecondsMax(run),
      "drain s": drainSeconds,
      "RSS MiB": residentMiBMax,
      files: found.files,
      "MB a file": found.fileBytes / 1e6 / found.files,
      "load cores": report.cores,
    },
  };
}

const LAGS_SHOWN = 12;

function notes({ multiple, lags, loadUsage, drainUsage, found, report }: Run): readonly string[] {
  const perRecord = (usage: ThreadUsage) => microsText(usage, report.acceptedRecords);
  const every = Math.max(1, Math.floor(lags.length / LAGS_SHOWN));
  const shown = lags.filter((_, index) => index % every === every - 1);
  const most = (of: (lag: LogLag) => number) => Math.max(...lags.map(of));
  return [
    `x ${multiple}, processor time per record, µs: ${perRecord(loadUsage)}; and to drain: ${perRecord(drainUsage)}`,
    `x ${multiple}, log behind, s: ${shown.map(({ atSeconds, lagSeconds }) => `${lagSeconds.toFixed(1)} at ${atSeconds.toFixed(0)}`).join(", ")}`,
    `x ${multiple}, files: ${found.files} in ${found.partitions} partitions, ${megabytes(found.fileBytesMin)} to ${megabytes(found.fileBytesMax)} MB, ` +
      `${(report.acceptedBytes / found.fileBytes).toFixed(1)} times smaller; at most ${most(({ openAccumulators }) => openAccumulators)} open, ${most(({ openParcels }) => openParcels)} on their way`,
  ];
}

function microsText(usage: ThreadUsage, records: number): string {
  return [...usage]
    .map(([thread, seconds]) => ({ thread, micros: (seconds * 1e6) / records }))
    .filter(({ micros }) => micros >= 0.01)
    .sort((a, b) => b.micros - a.micros)
    .map(({ thread, micros }) => `${thread} ${micros.toFixed(2)}`)
    .join(", ");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}
