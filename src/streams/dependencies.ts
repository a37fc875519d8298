import type { Delivery } from "../delivery/delivery.ts";
import type { Log, LogReader } from "../log/log.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { CreateLakeReader, CreateRedriver } from "../sources/source.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { CodeDigest } from "./function-code.ts";
import type { StreamSettings } from "./settings.ts";
import type { Intake, StreamDocument, TranslateDeclared } from "./streams.ts";

/** What `StreamsService` is built from. The server hands in real implementations, tests hand in fakes. */
export interface StreamDependencies {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Absolute. `meta/streams/`, `log/<uid>/` and `deliveries/<uid>/<delivery>/` are made below it. */
  readonly dataDirectory: string;
  readonly openLog: OpenLog;
  readonly createDelivery: CreateDelivery;
  readonly createIntake: CreateIntake;
  readonly createRedriver: CreateRedriver;
  readonly createLakeReader: CreateLakeReader;
  readonly translate: TranslateDeclared;
  /** Asked about once a second for each function that streams call; absent = nobody knows about code. */
  readonly codeDigest?: CodeDigest;
  /** Disk budget of a stream whose settings name none. */
  readonly budgetBytes: number;
  /** Most streams at a time. */
  readonly streamsMax: number;
}

/** Opens the log in `directory`, or makes it there. Settings and encryption may change under an open log. */
export type OpenLog = (request: OpenLogRequest) => Promise<Log>;

export interface OpenLogRequest {
  readonly document: StreamDocument;
  readonly directory: string;
  readonly settings: () => StreamSettings;
  readonly encrypted: () => boolean;
}

export type CreateDelivery = (request: CreateDeliveryRequest) => Delivery;

export interface CreateDeliveryRequest {
  /** The stream as it was when the delivery was made: its name, uid and version. */
  readonly document: StreamDocument;
  /** Newest definition; when the journal knows an older one, the delivery journals this as a plan before it goes on. */
  readonly definition: DeliveryDefinition;
  readonly log: LogReader;
  /** Its own folder for journal, staging and encoded files; may not exist yet. */
  readonly directory: string;
  /** Where a delivery without a journal begins to read. */
  readonly startAt: number;
  /** Of a replay: goes into the names, so that they are never those of the delivery that it repeats. */
  readonly replayId?: string;
  /** Whether it may not read on; asked again and again. Default: it may. */
  readonly isPaused?: () => boolean;
}

export type CreateIntake = (request: CreateIntakeRequest) => Intake;

export interface CreateIntakeRequest {
  readonly log: Log;
  /** Each is read anew when it matters: all of it changes under a live stream. */
  readonly stream: () => StreamDocument;
  readonly settings: () => StreamSettings;
  readonly budgetBytes: () => number;
  /** Log, staging and encoded files of the stream on disk. */
  readonly usedBytes: () => number;
}
