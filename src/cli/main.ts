import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { LakehoseError } from "../model/errors.ts";
import type { CliContext } from "./cli-context.ts";
import { DEFAULT_ENDPOINT, isUnreachable, unreachable } from "./endpoint.ts";
import { withSmallYoungGeneration } from "./heap-flags.ts";
import { COMMANDS, type CommandEntry, commandsFor } from "./registry.ts";
import { signalHandler } from "./signal-handler.ts";

/** Runs one command line. Sets the exit code of the process; never throws for what the user can mend. */
export async function main(argv: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  const stop = signalHandler({
    now: () => performance.now(),
    stop: () => stopping.abort(new Error("stopped by a signal")),
    end: (signal) => {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
  });
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const { stdout, stderr, stdin, env } = process;
  stdout.on("error", leaveWhenNobodyReads);
  process.exitCode = await runCommand(argv, { stdout, stderr, stdin, environment: env, signal: stopping.signal });
  // A connection or timer that somebody forgot must not keep a finished command from ending.
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}

const EXIT_GRACE_MS = 500;

/** Resolves to the exit code: 0, 1 for a failure, 2 for a command line that makes no sense. */
export async function runCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const program = await withSmallYoungGeneration(() => createProgram(context, commandsFor(argv)));
  try {
    await program.parseAsync([...argv], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.stderr.write(`${failureText(error, program, context)}\n`);
    return 1;
  }
}

/** The program with its commands; with all of them, also what the reference page of the command line is made from. */
export async function createProgram(
  context: CliContext,
  entries: readonly CommandEntry[] = COMMANDS,
): Promise<Command> {
  const program = new Command("lakehose")
    .description("The self-hosted end of the firehose: AWS Firehose's wire protocol in front, your own lake behind.")
    .version(packageVersion())
    .option("--endpoint <url>", `address of the server (LAKEHOSE_ENDPOINT; default ${DEFAULT_ENDPOINT})`)
    .option("--token <token>", "bearer token for the admin API (LAKEHOSE_TOKEN); by default its calls are signed")
    .option("--profile <name>", "profile of AWS's files to sign with, instead of AWS_ACCESS_KEY_ID")
    .option("--json", "print JSON")
    .showHelpAfterError("(add --help to see what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });
  for (const entry of entries) (await entry.load()).add(program, context);
  return program;
}

function failureText(error: unknown, program: Command, context: CliContext): string {
  if (isUnreachable(error)) {
    const { endpoint } = program.opts<{ endpoint?: string }>();
    return unreachable(endpoint ?? context.environment.LAKEHOSE_ENDPOINT ?? DEFAULT_ENDPOINT, error).message;
  }
  if (error instanceof LakehoseError) return error.message;
  if (error instanceof Error && "$metadata" in error) return `${error.name}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** `lakehose streams list | head -1`: a reader who has seen enough is no failure. */
function leaveWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
