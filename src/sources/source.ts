import type { SourceProgress } from "../log/log.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { ErrorOutput } from "../model/error-output.ts";
import type { PackedRecords, RecordOrigin } from "../model/records.ts";

/**
 * Pull sources: they fetch records and append them, together with how far they have come, in one step. After a crash a
 * source asks for its newest durable position and goes on behind it, so nothing is lost and nothing comes twice. Where the
 * upstream has no positions, it has ids of messages: those that are stored are not stored again.
 */
export interface SourceIntake {
  /** Of the stream that is behind it: one that is made anew under its name is another. */
  readonly streamUid: string;
  /** The newest position of a source that is durable in the log. */
  position(sourceId: string): Uint8Array | undefined;
  /** Whether a message of this id is durable in the log, of the last half a million that brought one. */
  holdsMessage(digest: Buffer): boolean;
  /**
   * Resolves when all records and the position are durable. Rejects with a `LakehoseError`: when it is `retriable` none of
   * them is, and the same call may be made again later (that is how back-pressure looks); else the source has to end.
   */
  append(call: SourceAppend): Promise<void>;
}

export interface SourceAppend {
  /** `source:redrive` and the like: for telemetry. */
  readonly call: string;
  readonly records: PackedRecords;
  /** Absent only where `messages` stands, or where the upstream can be told neither by position nor by id. */
  readonly source?: SourceProgress;
  /** Digests of the ids of the messages that the records are, 16 bytes each. */
  readonly messages?: readonly Buffer[];
  readonly onlyDelivery?: string;
  readonly origin?: RecordOrigin;
}

/** All that is ever redriven into one delivery: one job at a time, and a journal of what is done. */
export interface Redriver {
  /** Reads the journal and goes on with a job that was under way. Called once, first. */
  open(): Promise<void>;
  /** Resolves once the job is durable; it goes on by itself. Throws `LakehoseError` `redrive-under-way`. */
  start(request: RedriveRequest): Promise<RedriveStatus>;
  /**
   * Ends a job for good, where it stands: what it has put into the stream stays, and a later job goes on behind it. One that
   * has ended stays as it is. Resolves once that is durable. Throws `LakehoseError` `no-such-redrive`, `redrive-interrupted`.
   */
  cancel(id: number): Promise<RedriveStatus>;
  /** The newest error records of the delivery, to be looked at. */
  sample(request: ErrorSampleRequest): Promise<ErrorSample>;
  /** The job under way and the last ones before it, oldest first. */
  jobs(): readonly RedriveStatus[];
  /** Ends the work; the job under way goes on at the next `open`. */
  stop(): Promise<void>;
}

export interface ErrorSampleRequest {
  /** Most records that are handed back; those of all objects that were read are counted. */
  readonly records: number;
  /** Most bytes of each; what is longer is cut. */
  readonly recordBytes: number;
}

export interface ErrorSample {
  /** All objects in the error output. */
  readonly objects: number;
  readonly bytes: number;
  /** Objects that were read, the newest ones; `kinds` counts what is in these. */
  readonly objectsRead: number;
  readonly kinds: readonly ErrorKind[];
  /** Of the newest object first. */
  readonly records: readonly SampledError[];
  readonly problems: readonly SourceProblem[];
}

/** Error records of one code, most frequent first. */
export interface ErrorKind {
  readonly errorType: string;
  readonly code: string;
  readonly records: number;
}

export interface SampledError {
  readonly bucket: string;
  readonly key: string;
  readonly errorType: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly arrivalMs?: number;
  readonly offset?: number;
  /** The whole record's size. */
  readonly size: number;
  /** Its beginning. */
  readonly bytes: Buffer;
}

export interface CreateRedriverRequest {
  readonly streamName: string;
  readonly streamUid: string;
  readonly deliveryId: string;
  /** As it is at the moment: it says where error objects are. `undefined` when the stream has this delivery no more. */
  readonly definition: () => DeliveryDefinition | undefined;
  /** Where they were under earlier definitions. */
  readonly formerOutputs: () => readonly ErrorOutput[];
  readonly intake: SourceIntake;
  /** File of its own, may not exist yet. */
  readonly journalPath: string;
}

export type CreateRedriver = (request: CreateRedriverRequest) => Redriver;

export interface RedriveRequest {
  /** Read all objects whose keys begin like this, instead of the delivery's error output, now and before. */
  readonly prefix?: string;
  /** Read exactly these objects. */
  readonly keys?: readonly string[];
  /** Another bucket than those of the delivery. */
  readonly bucket?: string;
  /** Read objects again that an earlier job has finished: their records come a second time. */
  readonly again: boolean;
  /** Where records enter that do not say it themselves, as those of AWS: before the processors, or past them. */
  readonly stage?: RecordOrigin["stage"];
}

export interface RedriveStatus {
  /** Counts up within the delivery. */
  readonly id: number;
  readonly delivery: string;
  /** `interrupted`: goes on at the next start. */
  readonly state: "running" | "done" | "failed" | "cancelled" | "interrupted";
  readonly request: RedriveRequest;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly failure?: string;
  readonly objects: {
    readonly found: number;
    readonly done: number;
    /** Finished by an earlier job, not read again. */
    readonly skipped: number;
    /** Could not be read to the end; `problems` says why, and a later job goes on where this one stopped. */
    readonly failed: number;
  };
  readonly bytes: { readonly found: number; readonly done: number };
  readonly records: RedrivenRecords;
  /** The first of what was refused, with its place. */
  readonly problems: readonly SourceProblem[];
}

export interface RedrivenRecords {
  /** Appended for the delivery. */
  readonly redriven: number;
  /** No error records, or of another stream. */
  readonly refused: number;
  /** Errors of another delivery of the stream: a redrive of that one takes them. */
  readonly otherDelivery: number;
  /** Redriven although the last attempt may have taken effect: a destination that is not idempotent has them twice. */
  readonly inDoubt: number;
}

export interface SourceProblem {
  readonly key: string;
  readonly reason: string;
}

/** Reads objects of the lake back as records of one delivery, once, in key order. */
export interface LakeReader {
  /** Resolves when all are durable in the log. Rejects when aborted, or when it can never end. */
  run(signal: AbortSignal): Promise<void>;
  status(): LakeReaderStatus;
}

export interface LakeReaderStatus {
  readonly objects: number;
  readonly records: number;
  /** Key of the object that is being read. */
  readonly key?: string;
  readonly problems: readonly SourceProblem[];
}

export interface CreateLakeReaderRequest {
  readonly streamName: string;
  readonly streamUid: string;
  /** Names the source in the log; another one begins from the start. */
  readonly sourceId: string;
  readonly onlyDelivery: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Keys that begin like one of these are left out. */
  readonly exclude: readonly string[];
  readonly stage: RecordOrigin["stage"];
  /** Whether the line feed between records belongs to them, because no format will put it there again. */
  readonly keepLineFeed: boolean;
  /** Zone of the times in object names. */
  readonly timeZone: string;
  readonly intake: SourceIntake;
}

export type CreateLakeReader = (request: CreateLakeReaderRequest) => LakeReader;
