import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { CliError } from "../cli-error.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { EventSender } from "./event-sender.ts";
import { mergeEvents } from "./merge-events.ts";
import type { ReadOptions } from "./read-events.ts";
import { reorderEvents } from "./reorder-events.ts";
import { EventOrder, eventsBetween, replayEvents } from "./replay-events.ts";
import { Schedule } from "./schedule.ts";

/**
 * Replays an archive: the records of many files, in the order in which they happened and at the pace at which they did,
 * or many times faster, to a stream.
 *
 *     files → read-events (unpack, take apart, find the time) → merge-events (one order over all files)
 *           → reorder-events (disorder within a window) → replay-events (wait until due) → event-sender (PutRecordBatch)
 *
 * Nothing holds more than some MiB of each open file, one window of disorder, and the calls under way. What is accepted is
 * known record by record, so that an end before the end says from which time on to go on.
 */
export interface ArchiveReplayOptions extends ReadOptions {
  readonly stream: string;
  /** Event time passes so many times faster; infinite: as fast as the server takes records. */
  readonly speedup: number;
  /** Records from this time on. */
  readonly fromMs: number;
  /** Records before this time. */
  readonly toMs: number;
  /** Records of a file may stand so far behind their place, and are put there; 0: files are taken as they are. */
  readonly disorderMs: number;
  readonly openFilesMax: number;
  readonly callsMax: number;
  /** Go on with the other files when one is damaged. */
  readonly skipDamaged: boolean;
  readonly firehose: FirehoseClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  onProgress?(progress: ReplayProgress): void;
}

export interface ReplayProgress {
  readonly records: number;
  readonly timeMs: number;
  /** How far the replay is behind its schedule. */
  readonly lagMs: number;
}

export interface ReplaySummary {
  readonly stream: string;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  readonly calls: number;
  readonly resent: number;
  readonly tooLarge: number;
  readonly untimed: number;
  readonly outOfOrder: number;
  readonly disorderMsMax: number;
  readonly damaged: readonly DamagedFile[];
  readonly firstTime?: string;
  readonly lastTime?: string;
  /** Absent when all was sent: else where to go on. */
  readonly resumeAt?: string;
  /** Why it ended before its end. */
  readonly problem?: string;
}

export interface DamagedFile {
  readonly file: string;
  readonly reason: string;
}

/** What is held back to put records in order: a window of the busiest archive, and no more than a laptop can spare. */
const REORDER_BYTES_MAX = 256 * 1024 * 1024;

/** Resolves also when it ended before its end: `problem` says why, `resumeAt` where to go on. */
export async function replayArchive(
  files: readonly ArchiveFile[],
  options: ArchiveReplayOptions,
): Promise<ReplaySummary> {
  const { signal, clock, disorderMs, onProgress } = options;
  const order = new EventOrder();
  const damaged: DamagedFile[] = [];
  let untimed = 0;
  const sender = new EventSender(options);
  const merged = mergeEvents(files, {
    ...options,
    onUntimed: (count) => {
      untimed += count;
    },
    onDamaged: (file, reason) => {
      if (!options.skipDamaged) throw damagedError(file, reason);
      damaged.push({ file: file.name, reason: reason.message });
    },
  });
  const ordered =
    disorderMs === 0 ? merged : reorderEvents(merged, { windowMs: disorderMs, bytesMax: REORDER_BYTES_MAX });
  const problem = await problemOf(signal, sender, () =>
    replayEvents(eventsBetween(ordered, options), {
      schedule: new Schedule(clock, options.speedup),
      sender,
      clock,
      signal,
      order,
      onProgress: (timeMs, lagMs) => onProgress?.({ records: sender.counts.records, timeMs, lagMs }),
    }),
  );
  const resumeMs = problem === undefined ? undefined : resumeFrom(sender, order, options);
  return {
    stream: options.stream,
    files: files.length,
    ...sender.counts,
    untimed,
    outOfOrder: order.outOfOrder,
    disorderMsMax: order.disorderMsMax,
    damaged,
    ...times({ firstTime: order.firstMs, lastTime: order.lastMs, resumeAt: resumeMs }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Runs the replay and sees all calls to their end, whatever happens; `undefined` when all went well. */
async function problemOf(
  signal: AbortSignal,
  sender: EventSender,
  run: () => Promise<boolean>,
): Promise<string | undefined> {
  let problem: unknown;
  try {
    if (!(await run())) problem = new CliError("stopped by a signal");
  } catch (error) {
    problem = error;
  }
  try {
    await sender.flush();
    await sender.settle();
  } catch (error) {
    problem ??= error;
  }
  if (problem === undefined) return undefined;
  // What fails because of the signal is no failure of its own.
  if (signal.aborted) return "stopped by a signal";
  // Where nothing was sent there is nothing to go on with.
  if (sender.counts.records === 0) throw problem;
  if (problem instanceof LakehoseError || isOfServer(problem)) return reasonOf(problem);
  throw problem;
}

/** What the server or the way to it answered; anything else is a defect of ours and keeps its stack trace. */
function isOfServer(problem: unknown): boolean {
  return problem instanceof Error && ("$metadata" in problem || "code" in problem);
}

function damagedError(file: ArchiveFile, reason: LakehoseError): CliError {
  const message = `${file.name}: ${reason.message}. Go on without the rest of such files with --skip-damaged`;
  return new CliError(message, { cause: reason });
}

/**
 * The earliest record that is not accepted; else the one that would have been next; else, where that one could not be read,
 * the last one, which comes again.
 */
function resumeFrom(sender: EventSender, order: EventOrder, { fromMs }: ArchiveReplayOptions): number | undefined {
  const known = sender.pendingFromMs ?? order.nextMs ?? order.lastMs;
  return known ?? (Number.isFinite(fromMs) ? fromMs : undefined);
}

function times(named: Readonly<Record<string, number | undefined>>): Record<string, string> {
  const known = Object.entries(named).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(known.map(([name, timeMs]) => [name, new Date(timeMs).toISOString()]));
}
