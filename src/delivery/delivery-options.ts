import type { Destination, DestinationOwner } from "../destinations/destination.ts";
import type { Format } from "../formats/format.ts";
import type { LogReader } from "../log/log.ts";
import type { ComponentSpec, DeliveryDefinition } from "../model/delivery-definition.ts";
import type { Processor, ProcessorStream } from "../processors/processor.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { KeyRing } from "../std/key-ring.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { LandedObject } from "./journal/journal-records.ts";

/** Everything a delivery is made of. Implementations are handed in as values: this room knows contracts only. */
export interface DeliveryOptions {
  readonly stream: ProcessorStream & { readonly uid: string };
  /** The newest definition; when the journal knows an older one, it takes effect at the read position. */
  readonly definition: DeliveryDefinition;
  readonly versionId: string;
  readonly reader: LogReader;
  /** Folder of this delivery: `journal/`, `staging/`, `parcels/`. */
  readonly directory: string;
  /** Where a delivery without a journal begins to read. */
  readonly startAt: number;
  /** Whether this is the first start: a journal that is missing later is a loud refusal (rule H17). */
  readonly isNew: boolean;
  readonly replayId?: string;
  /** Whether stage one may not read on. Looked at about once a second. Default: it may. */
  readonly isPaused?: () => boolean;
  readonly components: DeliveryComponents;
  readonly limits: DeliveryLimits;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly keyRing?: KeyRing | undefined;
  readonly encrypted: () => boolean;
}

export interface DeliveryComponents {
  readonly format: (type: string) => Format;
  readonly processor: (spec: ComponentSpec, stream: ProcessorStream) => Processor;
  readonly destination: (target: ComponentSpec, owner: DestinationOwner) => Destination;
  /** Options of a kind of destination that say how it is reached: an open parcel follows their newest values. Default: none. */
  readonly connectionOptions?: (type: string) => readonly string[];
  /**
   * A format has learned from records how they look: from now on objects are written so. Told once it is durable, and
   * again at each start, since the process may have died between; whoever listens has to know it the second time.
   */
  readonly schemaLearned?: (learned: LearnedSchema) => void;
  /**
   * Tells the catalog, and whoever listens, of objects of a stream, in the order in which they landed. Resolves once that is durable;
   * a failure is tried again. Told again after a crash: whoever listens has to know an object the second time, by its parcel.
   */
  readonly register?: (objects: readonly LandedObject[], stream: string) => Promise<void>;
  /** Whether anybody waits to be told of an object. Default: of those of tables. */
  readonly isAwaited?: (object: LandedObject) => boolean;
}

export interface LearnedSchema {
  readonly stream: ProcessorStream;
  readonly delivery: string;
  /** Rises with each time that something new was learned. */
  readonly plan: number;
  /** With the options that the format has learned. */
  readonly format: ComponentSpec;
}

export interface DeliveryLimits {
  /** Record bytes that encoders of one delivery may hold unencoded. */
  readonly heldBytesMax: number;
  /** Native memory that open encoders of one delivery may hold; beyond it the quietest are handed on. */
  readonly nativeBytesMax: number;
  /** Log or staging that a restart may have to read again, with the files of what gathers; beyond it the oldest accumulator rolls. */
  readonly replayBytesMax: () => number;
  /** A journal that has grown by so much is replaced by a short one. Default 16 MiB. */
  readonly journalBytesMax?: number;
  /** Staging is a row of files of this size, which are let go whole. Default 16 MiB. */
  readonly stagingSegmentBytes?: number;
}

/** 128 MiB: about a hundred open Zstandard contexts. */
export const NATIVE_BYTES_MAX_DEFAULT = 128 * 1024 * 1024;
