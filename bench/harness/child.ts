import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

/** Bytes of a child's last words that are shown. */
const SHOWN_CHARACTERS_MAX = 2_000;

/** A process of ours that says when it is ready. */
export interface Child {
  readonly pid: number;
  /** What the ready line matched. */
  readonly ready: RegExpExecArray;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  output(): string;
  /** Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface ChildOptions {
  readonly args: readonly string[];
  readonly ready: RegExp;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Those that run, so that none outlives the bench, however it ends. */
const running = new Set<ChildProcessByStdio<null, Readable, Readable>>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts Node on a file and waits for the line that says "ready". */
export async function startChild({ args, ready, environment = {} }: ChildOptions): Promise<Child> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environmentWithoutSettings(), ...environment },
  });
  running.add(child);
  const ended = once(child, "close").then(() => void running.delete(child));
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-SHOWN_CHARACTERS_MAX);
  });
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
      const found = ready.exec(output);
      if (found !== null) resolve(found);
    });
    ended.then(() => reject(new Error(`${args.join(" ")} ended before it was ready: ${output}${errors}`)), reject);
  });
  return {
    pid: child.pid ?? 0,
    ready: match,
    readyMs: performance.now() - startedAt,
    output: () => output,
    kill: (signal = "SIGKILL") => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Settings of whoever runs the bench have no business in here. */
function environmentWithoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LAKEHOSE_")));
}
