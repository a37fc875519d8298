import { type ErrorRecord, readErrorRecords } from "../../model/error-record-reader.ts";
import type { RecordOrigin } from "../../model/records.ts";
import type { ObjectPiece } from "../objects/feed-object.ts";

export interface ErrorPiecesOptions {
  readonly streamUid: string;
  readonly deliveryId: string;
  /** When the object was written: the arrival of records that do not say theirs. */
  readonly modifiedAt: number;
  /** Where records enter that do not say it themselves. */
  readonly stage: RecordOrigin["stage"] | undefined;
  /** Pieces up to this one were counted by an earlier job. */
  readonly countFrom: number;
  readonly onPiece: (what: "redriven" | "in-doubt" | "other-delivery") => void;
  readonly onRefused: (reason: string) => void;
}

/** The records of an error object that belong to one delivery; everything else is counted, with its reason. */
export async function* errorPieces(
  chunks: AsyncIterable<Buffer>,
  options: ErrorPiecesOptions,
): AsyncGenerator<ObjectPiece> {
  let line = 0;
  for await (const read of readErrorRecords(chunks)) {
    const { piece, count } =
      "problem" in read ? refused(read.at, read.problem) : pieceOf(read.record, read.at, options);
    // Counted when it is asked for the next: a piece that sets off an append is no part of it.
    yield piece;
    // What comes before was counted by an earlier job.
    if (++line > options.countFrom) count(options);
  }
}

interface CountedPiece {
  readonly piece: ObjectPiece;
  readonly count: (options: Pick<ErrorPiecesOptions, "onPiece" | "onRefused">) => void;
}

function pieceOf(record: ErrorRecord, at: number, options: ErrorPiecesOptions): CountedPiece {
  const { identity, bytes } = record;
  const arrivalMs = record.arrivalMs ?? options.modifiedAt;
  if (identity === undefined) {
    const stage = options.stage ?? foreignStage(record);
    return { piece: { bytes, arrivalMs, stage }, count: ({ onPiece }) => onPiece("redriven") };
  }
  if (identity.streamUid !== options.streamUid) {
    const reason = `it comes from another stream (uid ${identity.streamUid}), and offsets mean nothing here. Put its data into this stream as new records if that is what you want`;
    return refused(at, reason);
  }
  if (identity.deliveryId !== options.deliveryId) {
    const left = `it belongs to delivery ${identity.deliveryId}`;
    return { piece: { left }, count: ({ onPiece }) => onPiece("other-delivery") };
  }
  const { stage, offset, piece, inDoubt } = identity;
  const what = inDoubt ? "in-doubt" : "redriven";
  return { piece: { bytes, arrivalMs, stage, offset, part: piece }, count: ({ onPiece }) => onPiece(what) };
}

function refused(at: number, reason: string): CountedPiece {
  return { piece: { left: reason }, count: ({ onRefused }) => onRefused(`at byte ${at}: ${reason}`) };
}

/** AWS's conversion errors hold what came out of the processors; only they have these members (reference 5.6). */
function foreignStage(record: ErrorRecord): RecordOrigin["stage"] {
  const converted = "dataCatalogTable" in record.details || "subSequenceNumber" in record.details;
  return converted ? "delivery" : "processors";
}
