import type { ComponentSpec, DeliveryDefinition } from "../model/delivery-definition.ts";

/**
 * One stream going to one destination: cursor, journal, accumulators, retries of its own. Whoever owns the stream starts
 * it, tells it of live changes, and releases the log below the smallest `hold` of all deliveries of the stream.
 */
export interface Delivery {
  readonly id: string;
  /** Smallest offset that this delivery may still need; everything below is receipted, dropped, or in synced staging. */
  readonly hold: number;
  /** Recovers from the journal, then runs until `stop`. Rejects when recovery refuses to go on. */
  start(): Promise<void>;
  /** A live change. Resolves when it is journaled as a plan at a position; records before it keep the old one. */
  apply(definition: DeliveryDefinition, versionId: string): Promise<void>;
  /** Hands on everything accepted before the call, whatever the roll policy; resolves when it is durable at the target. */
  flush(signal: AbortSignal): Promise<void>;
  /**
   * What has been decided and has not landed, once all that was accepted before the call has been decided, or `waitMs` are
   * over. `undefined` while the delivery does not run. Has to be released.
   */
  snapshot(waitMs: number, signal: AbortSignal): Promise<DeliverySnapshot | undefined>;
  /** Where its objects may still land: the newest plan's target first, then those of plans that something open may follow. */
  targets(): readonly ComponentSpec[];
  /** Finishes the attempts under way for a moment, writes a cut, closes files. */
  stop(): Promise<void>;
  status(): DeliveryStatus;
  /**
   * Whether an object of this name is still under way: its parcel has no durable receipt yet, or the catalog has not been
   * told of it. Nobody else may touch such an object (rule H59). Once false for a name that exists, false for ever. While
   * the journal is not known, `undefined` for every name that could be of this stream.
   */
  isOpen(objectName: string): boolean | undefined;
}

/** Held by whoever wants to read what is on its way; log and staging keep it until then. */
export interface DeliverySnapshot {
  /** One past the last record of the log that was decided. */
  readonly upTo: number;
  /** Whether that is all that was accepted before the call. */
  readonly complete: boolean;
  readonly objects: readonly PendingObject[];
  /** Those that have landed, and of which the catalog has not been told yet. */
  readonly unregistered: readonly { readonly name: string; readonly target: ComponentSpec }[];
  /** True for objects that may have landed meanwhile: what they hold is in the snapshot, or came after it. */
  hides(name: string): boolean;
  /** Writes these objects as they would land now, into files that go with the snapshot. */
  encode(objects: readonly PendingObject[], signal: AbortSignal): Promise<readonly SnapshotFile[]>;
  release(): Promise<void>;
}

/** An object with records that have no receipt yet. One that still gathers has the name that it would have now. */
export interface PendingObject {
  readonly name: string;
  readonly target: ComponentSpec;
  readonly records: number;
  /** Of the records, before they are encoded. */
  readonly bytes: number;
}

export interface SnapshotFile extends PendingObject {
  readonly path: string;
  readonly fileBytes: number;
}

export interface DeliveryStatus {
  readonly id: string;
  readonly kind: DeliveryDefinition["kind"];
  readonly state: "stopped" | "recovering" | "running" | "retrying" | "failed";
  /** Offset of the next record that stage one will read. */
  readonly read: number;
  readonly hold: number;
  readonly openAccumulators: number;
  readonly openParcels: number;
  /** Bytes in staging and in encoded files on disk. */
  readonly spilledBytes: number;
  readonly counters: DeliveryCounters;
  /** Arrival of the oldest record that is not delivered; absent when nothing is pending. */
  readonly oldestPendingMs?: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: number };
}

/** Journaled with cuts and receipts, so they survive restarts: accepted = delivered + errored + dropped + pending. */
export interface DeliveryCounters {
  /** Records of the log that stage one has read (those addressed to other deliveries excluded). */
  readonly read: number;
  readonly delivered: number;
  /** Rejected records whose error record has landed. */
  readonly errored: number;
  readonly dropped: number;
  /** Read but neither landed nor dropped yet. Records still unread in the log come on top. */
  readonly pending: number;
}
