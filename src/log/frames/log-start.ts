import { LogError } from "../log-error.ts";
import type { Frame } from "./frame.ts";
import type { FramePlace } from "./frame-header.ts";
import type { FrameLogOptions } from "./frame-log-options.ts";
import { recoverSegments } from "./recovery.ts";
import type { Segment } from "./segment.ts";
import type { SegmentFiles } from "./segment-files.ts";

/** Where a log goes on: what its files prove, and what they hold beyond that. */
export interface LogStart {
  readonly end: FramePlace;
  readonly durableEnd: number;
  readonly unproven: readonly Frame[];
  readonly arrivalMs: number;
}

/** Puts the segments that there are into `segments`. Throws `LogError` `damaged`, `foreign` or `key-missing`. */
export async function findStart(
  files: SegmentFiles,
  numbers: readonly number[],
  options: FrameLogOptions,
  segments: Segment[],
): Promise<LogStart> {
  return numbers.length === 0 ? freshStart(options) : recover(files, numbers, options, segments);
}

function freshStart(options: FrameLogOptions): LogStart {
  const offset = options.firstOffset ?? 0;
  checkWitness(offset, options);
  const end = { position: 0, offset, previousCrc: 0, groupPosition: undefined, ordinal: 0 };
  return { end, durableEnd: offset, unproven: [], arrivalMs: options.clock.now() };
}

async function recover(
  files: SegmentFiles,
  numbers: readonly number[],
  options: FrameLogOptions,
  segments: Segment[],
): Promise<LogStart> {
  const { disk, label, streamUid, partition = 0, keyRing } = options;
  const found = await recoverSegments(files, numbers, { disk, label, streamUid, partition, keyRing });
  const last = found.unproven.at(-1);
  checkWitness(last === undefined ? found.durableEnd : last.firstOffset + last.ends.length, options);
  if (found.torn !== undefined) options.telemetry.emit("log.tailCut", { stream: label, ...found.torn });
  segments.push(...found.segments);
  return found;
}

function checkWitness(end: number, options: FrameLogOptions): void {
  const { witnessOffset = 0, directory, label } = options;
  if (witnessOffset <= end) return;
  throw new LogError(
    "damaged",
    `The log of ${label} in ${directory} ends at offset ${end}, but records up to offset ${witnessOffset} were acknowledged. Restore the folder from a backup; the stream must not start without them.`,
  );
}
