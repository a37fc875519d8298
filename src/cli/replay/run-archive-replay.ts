import type { Command } from "commander";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import { connectionOf } from "../connection.ts";
import { bytesText, print } from "../output.ts";
import { startProgress } from "../progress.ts";
import { type ArchiveFlags, archiveOptions } from "./archive-flags.ts";
import { type ReplaySummary, replayArchive } from "./archive-replay.ts";
import { findArchive } from "./find-archive.ts";

/** `lakehose replay SOURCE --stream S --time-field F`. */
export async function runArchiveReplay(
  source: string,
  flags: ArchiveFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const options = archiveOptions(flags);
  const archive = await findArchive(source, flags, context);
  const connection = connectionOf(command, context);
  const progress = startProgress(context, `Replaying to ${options.stream}`, 0, "records");
  let shown = 0;
  try {
    const summary = await replayArchive(archive.files, {
      ...options,
      firehose: connection.firehose,
      clock: systemClock,
      random: systemRandom,
      signal: context.signal,
      onProgress: ({ records, timeMs, lagMs }) => {
        progress.note(`${new Date(timeMs).toISOString()}  ${(lagMs / 1000).toFixed(1)} s behind`);
        progress.advance(records - shown);
        shown = records;
      },
    });
    progress.stop();
    for (const warning of warningsOf(summary, options.disorderMs)) context.stderr.write(`Warning: ${warning}\n`);
    print(context, command, summary, linesOf);
    if (summary.problem !== undefined) throw new CliError(endText(summary));
  } finally {
    progress.stop();
    connection.close();
    await archive.close();
  }
}

function linesOf({ stream, files, records, bytes, firstTime, lastTime, resent }: ReplaySummary): string[] {
  const range = firstTime === undefined ? "" : `, from ${firstTime} to ${lastTime}`;
  const again = resent > 0 ? ` ${resent.toLocaleString("en-US")} of them went again after a refusal.` : "";
  const count = `${records.toLocaleString("en-US")} records (${bytesText(bytes)})`;
  return [`${count} of ${files} ${files === 1 ? "file" : "files"} went to ${stream}${range}.${again}`];
}

/** What did not go as an archive promises. */
function warningsOf(summary: ReplaySummary, disorderMs: number): string[] {
  const { outOfOrder, disorderMsMax, untimed, tooLarge, damaged } = summary;
  const warnings = damaged.map(({ file, reason }) => `the rest of ${file} is left out: ${reason}`);
  if (outOfOrder > 0) {
    const far = durationText(disorderMsMax);
    const advice =
      disorderMs === 0
        ? `--sorted-within ${far} puts them in order`
        : `a longer --sorted-within, of ${far} or more, puts them in order if it fits into memory`;
    warnings.push(`${outOfOrder} records came behind later ones, up to ${far}: ${advice}`);
  }
  if (untimed > 0) warnings.push(`${untimed} records show no time (--untimed says what becomes of them)`);
  if (tooLarge > 0) warnings.push(`${tooLarge} records are larger than the server takes, and are left out`);
  return warnings;
}

function durationText(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  return ms < 60_000 ? `${Math.ceil(ms / 1000)}s` : `${Math.ceil(ms / 60_000)}m`;
}

function endText({ problem, resumeAt, outOfOrder, disorderMsMax }: ReplaySummary): string {
  const earlier =
    outOfOrder > 0
      ? `, or up to ${durationText(disorderMsMax)} before that, since records came out of order; what went already comes again`
      : "";
  const where = resumeAt === undefined ? "Nothing was sent." : `Go on with --start ${resumeAt}${earlier}.`;
  return `The replay ended before its end: ${problem}. ${where}`;
}
