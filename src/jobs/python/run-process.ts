import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { dyingWithUs } from "../../functions/local/launch.ts";
import type { MemoryWatch } from "../../functions/local/memory-watch.ts";
import { OutputLines } from "../../functions/local/output-lines.ts";
import { signalGroup } from "../../functions/local/process-group.ts";
import type { Clock } from "../../std/clock.ts";
import { JobError } from "../job-error.ts";
import { RUN_LOG_BYTES_MAX } from "../run-log.ts";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All that it finds there: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly memoryWatch: MemoryWatch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Each line that it prints. */
  readonly log: (line: string) => void;
}

/** Between SIGTERM and SIGKILL: a server that stops waits little longer for a run. */
const STOP_GRACE_MS = 500;
/** A process that is gone has its pipes emptied within milliseconds, unless somebody who got away holds them open. */
const DRAIN_MS_MAX = 1_000;

const BYTES_PER_MB = 1024 * 1024;

/**
 * Runs a program to its end, in a process group of its own that is gone when this resolves. Rejects when it ends with
 * anything but 0, takes more memory than it may, or is called off, which ends the whole group.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { cwd, environment, clock, signal, log } = options;
  signal.throwIfAborted();
  const { command, args } = dyingWithUs(options.command, options.args);
  const child = spawn(command, args, { cwd, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let lastWords = "";
  const output = new OutputLines((channel, line) => {
    if (channel === "stderr") lastWords = line;
    log(line);
  }, RUN_LOG_BYTES_MAX);
  child.stdout.on("data", (piece: Buffer) => output.write("stdout", piece));
  child.stderr.on("data", (piece: Buffer) => output.write("stderr", piece));
  const tooMuch = watchMemory(child, options);
  // Its number may be another's by then.
  const ended = new AbortController();
  const stop = () => {
    kill(child, "SIGTERM");
    void clock.sleep(STOP_GRACE_MS, ended.signal).then(
      () => kill(child, "SIGKILL"),
      () => undefined,
    );
  };
  signal.addEventListener("abort", stop, { once: true });
  const end = await endOf(child);
  ended.abort();
  signal.removeEventListener("abort", stop);
  // Whatever it left behind in its group goes with it.
  kill(child, "SIGKILL");
  await drain(child, clock);
  output.settle();
  const memory = tooMuch.stop();
  signal.throwIfAborted();
  if (memory !== undefined) throw new JobError("work-failed", memory);
  if (end !== 0) throw new JobError("work-failed", `${ending(options.command, end)}${lastWords && `: ${lastWords}`}`);
}

type Child = ChildProcessByStdio<null, Readable, Readable>;
type End = number | NodeJS.Signals | Error;

function endOf(child: Child): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => resolve(code ?? signal ?? 0));
  });
}

function ending(command: string, end: End): string {
  if (end instanceof Error) return `${command} could not be started (${end.message})`;
  return typeof end === "number" ? `The program ended with exit code ${end}` : `The program was ended by ${end}`;
}

/** Kills what takes too much; `stop` says whether that happened. */
function watchMemory(child: Child, { memoryMb, memoryWatch }: ProcessOptions): { stop: () => string | undefined } {
  let message: string | undefined;
  if (child.pid === undefined) return { stop: () => undefined };
  const unwatch = memoryWatch.watch(child.pid, memoryMb * BYTES_PER_MB, (bytes) => {
    const took = Math.ceil(bytes / BYTES_PER_MB);
    message = `The program may have ${memoryMb} MB of memory and took ${took} MB, so it was killed`;
    kill(child, "SIGKILL");
  });
  return {
    stop: () => {
      unwatch();
      return message;
    },
  };
}

function kill(child: Child, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) signalGroup(child.pid, signal);
}

async function drain({ stdout, stderr }: Child, clock: Clock): Promise<void> {
  const waiting = new AbortController();
  const closed = [stdout, stderr].map((pipe) =>
    pipe.closed ? Promise.resolve() : new Promise<void>((resolve) => pipe.once("close", resolve)),
  );
  const patience = clock.sleep(DRAIN_MS_MAX, waiting.signal).catch(() => undefined);
  await Promise.race([Promise.all(closed), patience]);
  waiting.abort();
  stdout.destroy();
  stderr.destroy();
}
