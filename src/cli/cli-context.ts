import type { Readable } from "node:stream";

/** The world of a command as an argument, so that tests run commands without a process. */
export interface CliContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly stdin: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}
