import { translateWithCatalog } from "../api/firehose/translate-with-catalog.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { createDelivery } from "../delivery/create-delivery.ts";
import {
  type DeliveryComponents,
  type DeliveryOptions,
  NATIVE_BYTES_MAX_DEFAULT,
} from "../delivery/delivery-options.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import { EmbeddedLog } from "../log/embedded/embedded-log.ts";
import { ObjectLakeReader } from "../sources/lake/lake-reader.ts";
import { ErrorRedriver } from "../sources/redrive/error-redriver.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { CreateDeliveryRequest, OpenLogRequest, StreamDependencies } from "../streams/dependencies.ts";
import { StreamIntake } from "../streams/intake.ts";
import { settingsOf } from "../streams/settings.ts";
import type { StreamDocument } from "../streams/streams.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { failStop } from "./fail-stop.ts";
import type { FirstStarts } from "./first-starts.ts";
import type { Stores } from "./stores.ts";

export interface StreamDependenciesOptions {
  readonly configuration: Configuration;
  readonly components: DeliveryComponents;
  readonly firstStarts: FirstStarts;
  readonly stores: Stores;
  readonly catalog: Catalog;
  readonly functions: FunctionInvoker;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** The newest document of a stream. */
  readonly current: (name: string) => StreamDocument | undefined;
  /** The data folder was put back from a copy: see docs/guides/backup.md. */
  readonly restored: boolean;
  /** Whether the server is up, so that a delivery that is made now joins and does not resume. */
  readonly running: () => boolean;
}

/** The share of the stream's budget that a restart may have to read again (docs/decisions, 2026-11-21 roll instead of copying). */
const REPLAY_BUDGET_SHARE = 1 / 2;

/**
 * More records than a stream takes between a copy and the day it is put back: a million a second for twelve days. Offsets
 * stay below 2^53 for eight thousand such days.
 */
const RESTORED_OFFSETS = 2 ** 40;

/** The streams room is handed implementations as values; here is where they meet. */
export function streamDependencies(options: StreamDependenciesOptions): StreamDependencies {
  const { configuration, disk, clock, random, telemetry } = options;
  const storeFor = (bucket: string) => options.stores.storeFor(bucket);
  return {
    clock,
    disk,
    random,
    telemetry,
    dataDirectory: configuration.data,
    budgetBytes: configuration.limits.streamBudgetBytes,
    streamsMax: configuration.limits.streams,
    translate: translateWithCatalog(options.catalog),
    codeDigest: (functionName) => options.functions.codeDigest(functionName),
    createIntake: (request) => new StreamIntake({ ...request, clock, telemetry, failStop }),
    createRedriver: (request) => new ErrorRedriver({ ...request, disk, clock, random, storeFor }),
    createLakeReader: (request) => new ObjectLakeReader({ ...request, clock, random, storeFor }),
    openLog: (request) => openLog(options, request),
    createDelivery: (request) =>
      options.firstStarts.watch(request, options.running(), (isNew) =>
        createDelivery(deliveryOptions(options, request, isNew)),
      ),
  };
}

function openLog(options: StreamDependenciesOptions, request: OpenLogRequest): Promise<EmbeddedLog> {
  const { disk, clock, random, telemetry, configuration } = options;
  const { document, directory, settings, encrypted } = request;
  return EmbeddedLog.open({
    disk,
    clock,
    random,
    telemetry,
    directory,
    label: document.name,
    streamUid: document.uid,
    encrypted,
    ...(options.restored && !options.running() && { skippedOffsets: RESTORED_OFFSETS }),
    ...(configuration.keyRing !== undefined && { keyRing: configuration.keyRing }),
    retention: {
      get ageMs() {
        return settings().retention;
      },
      get bytes() {
        return settings()["retention-size"];
      },
    },
  });
}

function deliveryOptions(
  options: StreamDependenciesOptions,
  request: CreateDeliveryRequest,
  isNew: () => boolean,
): DeliveryOptions {
  const { disk, clock, random, telemetry, configuration, components } = options;
  const { document, definition, log, directory, startAt, replayId, isPaused } = request;
  const current = () => options.current(document.name) ?? document;
  return {
    stream: { name: document.name, uid: document.uid, arn: document.arn, region: regionOf(document.arn) },
    definition,
    versionId: document.versionId,
    reader: log,
    directory,
    startAt,
    ...(replayId !== undefined && { replayId }),
    ...(isPaused !== undefined && { isPaused }),
    get isNew() {
      return isNew();
    },
    components,
    limits: {
      heldBytesMax: configuration.limits.deliveryBytes,
      nativeBytesMax: NATIVE_BYTES_MAX_DEFAULT,
      replayBytesMax: () => {
        const { extensions, tags } = current();
        const budget = settingsOf(extensions, tags).budget ?? configuration.limits.streamBudgetBytes;
        return budget * REPLAY_BUDGET_SHARE;
      },
    },
    disk,
    clock,
    random,
    telemetry,
    keyRing: configuration.keyRing,
    encrypted: () => current().encryption.status === "ENABLED",
  };
}

/** The fourth part of an ARN. */
function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}
