import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";

const COMMAND = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");
const READY = /^lakehose is ready at (\S+)$/m;

/** How a process ended: its exit code, or the signal that ended it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `lakehose up` as its users run it: a process of its own, on a free port. */
export interface ServerProcess {
  /** The address from the line that says "ready". Rejects with all that the process said when it ends before. */
  readonly ready: Promise<string>;
  /** Whether `ready` has resolved. */
  readonly isReady: () => boolean;
  /** Resolves when the process is gone. */
  readonly ended: Promise<ProcessEnd>;
  /** What it wrote to standard output so far. */
  readonly output: () => string;
  /** What it wrote to standard error so far. */
  readonly errors: () => string;
  /** Ends the process by a signal, and waits until it is gone. */
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<ProcessEnd>;
}

/** Starts the command without waiting for it: a kill may come before it is ready. */
export function startProcess(data: string, more: readonly string[] = []): ServerProcess {
  const child = spawn(process.execPath, [COMMAND, "up", "--data", data, "--port", "0", ...more], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environmentWithoutSettings(),
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = endOf(child);
  const ready = addressOf(
    child,
    ended,
    () => output,
    () => errors,
  );
  let isReady = false;
  ready.then(
    () => {
      isReady = true;
    },
    // A process that is killed before it is ready is nobody's failure unless somebody waits for it.
    () => undefined,
  );
  return {
    ready,
    isReady: () => isReady,
    ended,
    output: () => output,
    errors: () => errors,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<ProcessEnd> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

function addressOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  ended: Promise<ProcessEnd>,
  output: () => string,
  errors: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout.on("data", () => {
      const address = READY.exec(output())?.[1];
      if (address !== undefined) resolve(address);
    });
    ended.then(({ code, signal }) => {
      reject(new Error(`The server ended with ${code ?? signal} before it was ready: ${output()}${errors()}`));
    }, reject);
  });
}

/** Settings of whoever runs the tests have no business in here. */
function environmentWithoutSettings(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LAKEHOSE_"));
  return Object.fromEntries(own);
}
