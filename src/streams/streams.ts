import type { DeliverySnapshot, DeliveryStatus } from "../delivery/delivery.ts";
import type { LogUsage, SourceProgress } from "../log/log.ts";
import type { ComponentSpec, DeliveryDefinition } from "../model/delivery-definition.ts";
import type { PackedRecords, RecordOrigin } from "../model/records.ts";
import type { TableReference } from "../model/schema/table-reference.ts";
import type { ErrorSample, ErrorSampleRequest, RedriveRequest, RedriveStatus } from "../sources/source.ts";
import type { JsonObject } from "../std/json.ts";
import type { NewestRecords, NewestRequest } from "./newest-records.ts";
import type { ReplayStatus, StartReplay } from "./replay.ts";
import type { StreamSettings } from "./settings.ts";

/**
 * Delivery streams as things: what the API, the configuration file, the command line and sources talk to. A stream is
 * kept as a `StreamDocument`; `Streams` is the only one who changes it, one change at a time per stream.
 */
export interface Streams {
  create(request: CreateStream): Promise<StreamDocument>;
  get(name: string): StreamDocument | undefined;
  /** In name order. */
  list(): readonly StreamDocument[];
  /**
   * Changes a stream if it is still at `expectedVersion`: `change` returns the new parts, or `undefined` for "nothing
   * changed", which succeeds without a new version. Resolves when deliveries have journaled the change as a plan.
   */
  update(name: string, expectedVersion: string | undefined, change: StreamChange): Promise<StreamDocument>;
  /**
   * Stops intake at once, delivers what is left for at most the drain time-out, then removes; see `StreamStatus`. Resolves
   * as soon as the stream is durably DELETING, the rest goes on behind it.
   */
  delete(name: string, options: { readonly force: boolean }): Promise<void>;
  /**
   * `change` is handed the tags in force and returns those that shall be. A change of a `lakehose:` tag is a plan like any
   * other: live, journaled, and the version rises.
   */
  setTags(name: string, change: TagsChange): Promise<StreamDocument>;
  setEncryption(name: string, change: EncryptionChange): Promise<StreamDocument>;
  /** The door to the log of an active stream. Throws `StreamError` `not-found` or `not-active`. */
  intake(name: string): Intake;
  /** What the log has last, for people to look at. */
  newest(name: string, request: NewestRequest): Promise<NewestRecords>;
  /**
   * Has the deliveries of an active stream read no further, or read on. What they had read lands all the same; the log takes
   * records until its budget is spent. Outlives a restart. Replays go on, and so does a stream that is being deleted.
   */
  setPaused(name: string, paused: boolean): Promise<void>;
  /**
   * Hands on everything accepted before the call; resolves when it is durable at all targets. Throws `wrong-state` while
   * the stream is paused.
   */
  flush(name: string, signal: AbortSignal): Promise<void>;
  /**
   * What deliveries of a stream have decided and not landed, `undefined` for one that does not run. Each has to be released.
   */
  snapshots(name: string, request: SnapshotsRequest): Promise<readonly (DeliverySnapshot | undefined)[]>;
  health(name: string): StreamHealth;
  /**
   * Whether an object is still under way in a delivery or a replay: crawls, expiry and compaction pass it over (rule H59).
   * `undefined` where nobody knows, because its stream cannot be opened or all of it closes: who only reads may go on, who
   * changes anything may not. Cheap enough to be asked of each object of a bucket.
   */
  isOpen(objectName: string): boolean | undefined;
  /** A table of the catalog is another: streams that take their schema from it go on with the new one, as a plan (rule H6). */
  tableChanged(table: Pick<TableReference, "databaseName" | "tableName">): void;
  /** Calls back after each change of what streams there are and of what one of them is. */
  onChanged(listener: () => void): void;
  /** What goes through a delivery a second time. */
  readonly repeats: Repeats;
  close(): Promise<void>;
}

export interface SnapshotsRequest {
  /** Asked of the targets where objects of a delivery may still land; one is enough. */
  readonly isWanted: (target: ComponentSpec) => boolean;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Redrives and replays. */
export interface Repeats {
  /** Puts error records of one delivery back through it; the job goes on by itself. */
  redrive(name: string, deliveryId: string | undefined, request: RedriveRequest): Promise<RedriveStatus>;
  /** Jobs of all deliveries of the stream: what is under way and the last ones before it. */
  redrives(name: string): readonly RedriveStatus[];
  /** The newest error records of one delivery. */
  errors(name: string, deliveryId: string | undefined, request: ErrorSampleRequest): Promise<ErrorSample>;
  /** Ends a redrive for good. What it has put into the stream stays; a later one goes on behind it. */
  cancelRedrive(name: string, deliveryId: string | undefined, id: number): Promise<RedriveStatus>;
  /** Delivers a second time what the log still holds or the lake has; resolves once the replay is durable. */
  replay(name: string, request: StartReplay): Promise<ReplayStatus>;
  replays(name: string): readonly ReplayStatus[];
  /** Ends a replay for good. Objects that it has written stay. */
  cancelReplay(name: string, replayId: string): Promise<ReplayStatus>;
}

/** The only door to the log: budget, rate, de-duplication of producer retries, and one answer per record. */
export interface Intake {
  readonly stream: StreamDocument;
  /**
   * Resolves when every accepted record is durable. Refuses per record when the budget or the rate runs out in mid-batch;
   * throws `StreamError` `slow-down` when nothing can be accepted.
   */
  accept(call: IntakeCall): Promise<IntakeAnswer>;
  /** The newest position of a source that is durable in this stream's log: where the source goes on after a restart. */
  sourcePosition(sourceId: string): Uint8Array | undefined;
  /** Whether a message of this id is durable in this stream's log: see `Log.holdsMessage`. */
  holdsMessage(digest: Buffer): boolean;
}

export interface IntakeCall {
  readonly records: PackedRecords;
  /** `PutRecordBatch`, `PutRecord`, `http`, `source:…`: for telemetry. */
  readonly call: string;
  /** Principal, operation, invocation id and body digest in one string; absent = no de-duplication. */
  readonly retryKey?: string;
  readonly onlyDelivery?: string;
  readonly origin?: RecordOrigin;
  /** How far a pull source has come, durable together with the records. Such a call is accepted whole or not at all. */
  readonly source?: SourceProgress;
  /** Digests of the ids of upstream messages that the records are; accepted whole, too. */
  readonly messages?: readonly Buffer[];
}

export interface IntakeAnswer {
  /** Records of the call, accepted or not. */
  readonly records: number;
  /** Record ids derive from these and the record's place among the accepted. */
  readonly partition: number;
  readonly firstOffset: number;
  /** Indexes of refused records, rising; empty when all were accepted. */
  readonly refused: readonly RefusedRecord[];
  readonly encrypted: boolean;
  /** True when this answers a retry from memory or from the log. */
  readonly repeated: boolean;
}

export interface RefusedRecord {
  readonly index: number;
  readonly code: "slow-down" | "internal";
  readonly message: string;
}

/** As in the API (reference 1.5). */
export type StreamStatus = "CREATING" | "CREATING_FAILED" | "ACTIVE" | "DELETING" | "DELETING_FAILED";

export interface StreamDocument {
  readonly name: string;
  /** Random, 32 hex digits; a stream that is created again under its old name is another stream. */
  readonly uid: string;
  readonly arn: string;
  readonly type: "DirectPut" | "KinesisStreamAsSource" | "MSKAsSource" | "DatabaseAsSource";
  readonly status: StreamStatus;
  readonly failure?: { readonly type: string; readonly details: string };
  /** Decimal, from "1"; rises with each effective change. */
  readonly versionId: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly encryption: StreamEncryption;
  readonly tags: Readonly<Record<string, string>>;
  /** The configuration as it was declared on the wire; opaque here, read and written by `api/` for Describe and Update. */
  readonly declared: JsonObject;
  /** The `lakehose:` section of a stream in YAML, or what `PUT /api/streams/NAME/extensions` stored; tags win over it. */
  readonly extensions: JsonObject;
  /** What the deliveries do, translated from `declared` and the settings in force. */
  readonly deliveries: readonly DeliveryDefinition[];
}

/**
 * Handed to `Streams` by the server (`api/firehose/` owns the wire's words): throws `StreamError` `invalid` for what cannot
 * be delivered. Settings are those of extensions and tags together. The answer depends on these and on the tables that it
 * names in `DeliveryDefinition.table`, and on nothing else; the code of functions is added to it.
 */
export type TranslateDeclared = (
  stream: Pick<StreamDocument, "name" | "arn" | "type" | "declared">,
  settings: StreamSettings,
) => readonly DeliveryDefinition[] | Promise<readonly DeliveryDefinition[]>;

export interface StreamEncryption {
  readonly status: "ENABLED" | "ENABLING" | "ENABLING_FAILED" | "DISABLED" | "DISABLING" | "DISABLING_FAILED";
  readonly keyType?: "AWS_OWNED_CMK" | "CUSTOMER_MANAGED_CMK";
  readonly keyArn?: string;
  /** Start and stop calls of the last 24 hours, for the limit of 25. */
  readonly toggledAt: readonly number[];
}

export interface CreateStream {
  readonly name: string;
  readonly arn: string;
  readonly type: StreamDocument["type"];
  readonly declared: JsonObject;
  readonly extensions: JsonObject;
  readonly tags: ReadonlyMap<string, string>;
  readonly encryption: StreamEncryption;
}

export type StreamChange = (
  current: StreamDocument,
) => { readonly declared?: JsonObject; readonly extensions?: JsonObject } | undefined;

/** Called inside the stream's own queue, so that two changes at once never lose one of them. */
export type TagsChange = (tags: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
export type EncryptionChange = (current: StreamDocument) => StreamEncryption;

export interface StreamHealth {
  readonly log: LogUsage;
  readonly budgetBytes: number;
  readonly paused: boolean;
  /** Records in the log since the stream was created: what was appended here, and what its deliveries had read before. */
  readonly accepted: number;
  readonly deliveries: readonly DeliveryStatus[];
  readonly replays: readonly ReplayStatus[];
}
