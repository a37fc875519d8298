import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { packRecords, type RecordOrigin } from "../../model/records.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { SourceIntake } from "../source.ts";
import { encodePosition, type ObjectPosition } from "./object-position.ts";

/** What stands in an object: a record, or a piece that is none for this source. Each counts as a line. */
export type ObjectPiece =
  | {
      readonly bytes: Buffer;
      readonly stage: RecordOrigin["stage"];
      readonly arrivalMs: number;
      /** Offset in its first life, where that is known. */
      readonly offset?: number;
      /** Which part of the record at that offset; absent = the first. */
      readonly part?: number;
    }
  | { readonly left: string };

export interface FeedOptions {
  readonly intake: SourceIntake;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly call: string;
  readonly sourceId: string;
  readonly streamUid: string;
  readonly onlyDelivery: string;
  readonly object: Omit<ObjectPosition, "line">;
  readonly pieces: AsyncIterable<ObjectPiece>;
  /** Lines up to this one are in the log already. */
  readonly after: number;
  /** Told after each append how many records it held. */
  readonly onAppended?: (records: number) => void;
}

/** One append: large enough that syncs are few, small beside the bytes in flight that the server allows. */
const APPEND_BYTES_MAX = 1024 * 1024;
const APPEND_RECORDS_MAX = 1000;

/** While the stream has no room the source asks again this often at most. */
const SLOW_DOWN_WAIT_MS_MAX = 5_000;

/** The log takes nothing any more: whoever reads has to stop, and may go on after the next start. */
export class IntakeEnded extends LakehoseError {
  override readonly name = "IntakeEnded";
  constructor(cause: unknown) {
    super("intake-ended", `The stream takes no more records: ${reasonOf(cause)}`, { cause });
  }
}

type Fed = Extract<ObjectPiece, { readonly bytes: Buffer }>;

/** Appends what of one object is not in the log yet, in few appends, each with its place. Resolves to the lines read. */
export async function feedObject(options: FeedOptions): Promise<number> {
  let line = 0;
  let gathered: Fed[] = [];
  let gatheredBytes = 0;
  let gatheredLine = 0;
  const flush = async () => {
    if (gathered.length === 0) return;
    await append(options, gathered, gatheredLine);
    options.onAppended?.(gathered.length);
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const piece of options.pieces) {
      line++;
      if (line <= options.after || "left" in piece) continue;
      const full = gathered.length >= APPEND_RECORDS_MAX || gatheredBytes + piece.bytes.length > APPEND_BYTES_MAX;
      // An append has one stage for all its records.
      if (full || gathered[0]?.stage !== piece.stage) await flush();
      gathered.push(piece);
      gatheredBytes += piece.bytes.length;
      gatheredLine = line;
    }
  } catch (error) {
    // What came before the place where the object is damaged is as good as ever.
    if (!(error instanceof IntakeEnded) && !options.signal.aborted) await flush();
    throw error;
  }
  await flush();
  return line;
}

async function append(options: FeedOptions, pieces: readonly Fed[], line: number): Promise<void> {
  const { intake, clock, random, signal, call, sourceId, streamUid, onlyDelivery, object } = options;
  const request = {
    call,
    records: packRecords(pieces.map(({ bytes }) => bytes)),
    source: { id: sourceId, position: encodePosition({ ...object, line }) },
    onlyDelivery,
    origin: {
      streamUid,
      offsets: pieces.map(({ offset }) => offset),
      ...(pieces.some(({ part = 0 }) => part > 0) ? { pieces: pieces.map(({ part = 0 }) => part) } : {}),
      arrivalsMs: pieces.map(({ arrivalMs }) => arrivalMs),
      stage: pieces[0]?.stage ?? "processors",
    },
  };
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      await intake.append(request);
      return;
    } catch (error) {
      if (!(error instanceof LakehoseError && error.retriable)) throw new IntakeEnded(error);
      await clock.sleep(backoffMs(attempt, random, { maxMs: SLOW_DOWN_WAIT_MS_MAX }), signal);
    }
  }
}
