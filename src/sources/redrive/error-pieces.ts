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
    const counted = ++line > options.countFrom ? options : { ...options, onPiece: ignore, onRefused: ignore };
    if ("problem" in read) {
      counted.onRefused(`at byte ${read.at}: ${read.problem}`);
      yield { left: read.problem };
    } else {
      yield pieceOf(read.record, read.at, counted);
    }
  }
}

/** An earlier job has counted it. */
function ignore(): undefined {
  return undefined;
}

function pieceOf(record: ErrorRecord, at: number, options: ErrorPiecesOptions): ObjectPiece {
  const { identity, bytes } = record;
  const arrivalMs = record.arrivalMs ?? options.modifiedAt;
  if (identity === undefined) {
    options.onPiece("redriven");
    return { bytes, arrivalMs, stage: options.stage ?? foreignStage(record) };
  }
  if (identity.streamUid !== options.streamUid) {
    const reason = `it comes from another stream (uid ${identity.streamUid}), and offsets mean nothing here. Put its data into this stream as new records if that is what you want`;
    options.onRefused(`at byte ${at}: ${reason}`);
    return { left: reason };
  }
  if (identity.deliveryId !== options.deliveryId) {
    options.onPiece("other-delivery");
    return { left: `it belongs to delivery ${identity.deliveryId}` };
  }
  options.onPiece(identity.inDoubt ? "in-doubt" : "redriven");
  return { bytes, arrivalMs, stage: identity.stage, offset: identity.offset };
}

/** AWS's conversion errors hold what came out of the processors; only they have these members (reference 5.6). */
function foreignStage(record: ErrorRecord): RecordOrigin["stage"] {
  const converted = "dataCatalogTable" in record.details || "subSequenceNumber" in record.details;
  return converted ? "delivery" : "processors";
}
