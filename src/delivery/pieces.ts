import { type Batch, recordAt, recordCount } from "../model/records.ts";
import type { KeptOutcome, Outcome } from "../processors/processor.ts";

/**
 * What a processor made of a batch, with the pieces of split records remembered: of a rejected piece the error record holds
 * that piece, so that a redrive brings back neither its siblings nor their bytes once for each.
 *
 * A piece is a view on its source record. It may enter before the first processor again, because those that passed the
 * record untouched do the same with a part of it. Pieces of something that was made from the record, as of what was
 * unpacked, may not; there the whole record is what was rejected.
 */
export function rememberPieces(
  source: Batch,
  before: readonly Outcome[],
  after: readonly Outcome[],
): readonly Outcome[] {
  if (after.length === recordCount(source)) return after;
  if (after.length === before.length) return after.map((outcome, at) => handOn(before[at], outcome));
  return after.map((outcome, at) => {
    const hasSibling = after[at - 1]?.index === outcome.index || after[at + 1]?.index === outcome.index;
    if (outcome.result !== "kept" || !hasSibling) return outcome;
    const isPart = isWithin(recordAt(source, outcome.index), outcome.bytes);
    return isPart ? { ...outcome, piece: outcome.bytes } : outcome;
  });
}

/** For every outcome the processor had one. */
function handOn(before: Outcome | undefined, after: Outcome): Outcome {
  if (before?.result !== "kept" || before.piece === undefined || after.result === "dropped") return after;
  const { piece } = before;
  return after.result === "kept" ? { ...after, piece } : { bytes: piece, ...after };
}

function isWithin(record: Buffer, piece: KeptOutcome["bytes"]): boolean {
  const from = piece.byteOffset - record.byteOffset;
  return piece.buffer === record.buffer && from >= 0 && from + piece.length <= record.length;
}
