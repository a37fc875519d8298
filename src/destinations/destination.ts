import type { IdentifiedRecord } from "../model/identified-records.ts";
import type { ProcessorStream } from "../processors/processor.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import type { ParcelProgress, RecordDetails } from "./parcel-progress.ts";

/**
 * Takes parcels, gives proofs. Idempotent by parcel id: delivering the same parcel twice, from this process or from a
 * predecessor that is thought dead, has one visible effect; where a target cannot do that, its type says so
 * (`DestinationType.guarantee`). Called only for parcels whose intent is durable.
 */
export interface Destination {
  /** One parcel at a time, in order: for targets where a later record may replace an earlier one. Default: several at once. */
  readonly inOrder?: boolean;
  /** Milliseconds before the next attempt, after attempt `number` failed. Default: that of the engine, up to half a minute. */
  backoffMs?(number: number): number;
  /** Whether this parcel has already landed: asked at recovery and after every doubtful answer. */
  find(parcel: Parcel): Promise<DeliveryProof | undefined>;
  /**
   * Makes the parcel's effect happen, or finds that it has. Throws a `DestinationError`; a retriable one is tried again with
   * the same parcel, `foreign-object` stops the delivery and alarms, because something else owns the name. Where the stream
   * sets a time for retries, all that is not settled goes to the error output once it is over, or at once when the error is
   * not retriable.
   */
  deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof>;
  /**
   * Removes what a dead predecessor left half-way under the parcel's name: uploads that the journal names, and those that it
   * did not live to journal. Unknown ones are no error.
   */
  abandonUploads(parcel: Parcel, uploadIds: readonly string[]): Promise<void>;
  /**
   * Takes a parcel out of the way that nobody tries to deliver any longer, in a form of the target's own: the manifest of a
   * COPY that failed. Its records count as errored. Absent: they become error records.
   */
  giveUp?(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof>;
  /** Members of the error record of one that was refused or given up, where its refusal has none: `esDocumentId`. */
  detailsOf?(record: IdentifiedRecord): RecordDetails;
  close(): Promise<void>;
}

/** What is to be written, frozen: every attempt at it, for ever, has these values. */
export interface Parcel {
  /** A uuid made from log incarnation, stream uid, delivery, replay, key and range. */
  readonly id: string;
  /** Place among the parcels of the delivery; rises. */
  readonly ordinal: number;
  /** Parcels with ordinals below this have their receipts: nobody will ask for them again. */
  readonly settledBelow: number;
  /** Literal name at the target: the object key. */
  readonly name: string;
  readonly records: number;
  /** CRC-32 over the record bytes that it stands for, 8 hex digits: equal content under whatever file bytes. */
  readonly outcomeDigest: string;
  readonly contentType: string;
  readonly contentEncoding?: string;
  /** For people: roll cause, stream, version. The parcel's identity is added by the destination. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: ObjectBody;
  /**
   * Sizes and CRC-32 of what earlier attempts sent, where their file was lost and the outcomes were encoded again: an encoder
   * may give the same outcomes other bytes.
   */
  readonly formerBodies?: readonly Pick<ObjectBody, "bytes" | "checksum">[];
}

export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** What earlier attempts of this process settled, and where this one writes down what it does: targets of records only. */
  readonly progress: ParcelProgress;
  /** Durable before the first part of a multipart upload is sent, so that a successor can abort it. */
  recordUpload(uploadId: string): Promise<void>;
  readonly signal: AbortSignal;
}

export interface DeliveryProof {
  readonly outcome: "delivered" | "adopted";
  readonly etag: string;
  readonly bytes: number;
  readonly versionId?: string;
}

/** Whose parcels a destination gets. */
export interface DestinationOwner {
  readonly stream: ProcessorStream;
  readonly delivery: string;
  readonly replayId?: string;
}
