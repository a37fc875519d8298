import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lakehose } from "lakehose";

const COMMAND = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");

/** Writes the log as a web server does, rotates it on the way, and lets the agent follow. Resolves when all is stored. */
export async function followLog(lakehose: Lakehose, lines: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-example-logs-"));
  const config = join(folder, "agent.json");
  const log = join(folder, "access.log");
  await copyFile(join(import.meta.dirname, "agent.json"), config);
  const command = [COMMAND, "agent", "--config", config, "--endpoint", lakehose.url];
  // What Node keeps for the next start of a command goes with the folder.
  const env = { ...process.env, TMPDIR: folder };
  const agent = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"], env });
  const ended = once(agent, "close");
  try {
    const part = Math.ceil(lines.length / 4);
    for (let from = 0; from < lines.length; from += part) {
      if (from > 0) await rename(log, `${log}.${from}`);
      await appendFile(
        log,
        lines
          .slice(from, from + part)
          .map((line) => `${line}\n`)
          .join(""),
      );
      await sleep(500);
    }
    while ((await accepted(lakehose)) < lines.length) await sleep(100);
  } finally {
    agent.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function accepted({ url }: Lakehose): Promise<number> {
  const response = await fetch(`${url}/api/streams/server-logs`);
  const { health } = (await response.json()) as { readonly health: { readonly accepted: number } };
  return health.accepted;
}
