import cliProgress from "cli-progress";
import type { CliContext } from "./cli-context.ts";

/** How far long work has come. */
export interface Progress {
  advance(count: number): void;
  /** What else there is to say of where the work stands, behind the count. */
  note(text: string): void;
  stop(): void;
}

const SILENT: Progress = { advance: () => undefined, note: () => undefined, stop: () => undefined };

/** A bar on standard error, so that output can be piped; none when nobody looks at a terminal. `total` 0 = not known. */
export function startProgress(context: CliContext, label: string, total: number, unit: string): Progress {
  if (context.stderr.isTTY !== true) return SILENT;
  let noted = "";
  const bar = new cliProgress.SingleBar({
    stream: context.stderr as NodeJS.WriteStream,
    clearOnComplete: false,
    hideCursor: true,
    format: (options, params, payload) => {
      if (total > 0)
        return cliProgress.Format.Formatter({ ...options, format: knownTotal(label, unit) }, params, payload);
      const seconds = Math.max(0.001, (Date.now() - params.startTime) / 1000);
      return `${label}  ${params.value.toLocaleString("en-US")} ${unit}  ${Math.round(params.value / seconds)} ${unit}/s${noted}`;
    },
  });
  bar.start(total, 0);
  return {
    advance: (count) => bar.increment(count),
    note: (text) => {
      noted = `  ${text}`;
    },
    stop: () => bar.stop(),
  };
}

function knownTotal(label: string, unit: string): string {
  return `${label}  {bar}  {percentage} %  {value} of {total} ${unit}  {eta_formatted} left`;
}
