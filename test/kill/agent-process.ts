import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const COMMAND = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");

export interface AgentProcess {
  readonly errors: () => string;
  readonly output: () => string;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

/** Writes an `agent.json` that follows `pattern`, from the start of files, with short waits. */
export async function writeAgentConfiguration(
  folder: string,
  endpoint: string,
  flow: Readonly<Record<string, unknown>>,
): Promise<string> {
  const path = join(folder, "agent.json");
  const flows = [{ initialPosition: "START_OF_FILE", maxBufferAgeMillis: 1000, ...flow }];
  await writeFile(path, JSON.stringify({ "firehose.endpoint": endpoint, flows }));
  return path;
}

/** `lakehose agent` as its users run it. */
export function startAgent(config: string): AgentProcess {
  const child = spawn(process.execPath, [COMMAND, "--json", "agent", "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(child, "close");
  return {
    output: () => output,
    errors: () => errors,
    kill: async (signal) => {
      child.kill(signal);
      const [code] = await ended;
      return code as number | null;
    },
  };
}
