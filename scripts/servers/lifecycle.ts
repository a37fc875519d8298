import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cachePath } from "./cache.ts";
import { isProcess, spawnDetached, stopProcessGroup } from "./processes.ts";
import { type Launch, type ServerDefinition, ServerError } from "./server.ts";

/** A JVM on a busy small machine takes this long at worst. */
const START_SECONDS_MAX = 120;
const READY_POLL_MS = 200;

/** How much of a failed server's output is shown. */
const SHOWN_CHARACTERS = 2000;

export interface RunningServer {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Absent for things that are only installed. */
  readonly process?: { readonly pid: number; readonly mark: string; readonly folder: string };
}

/** Installs what is missing and starts the server over a fresh folder in the system's temporary folder. */
export async function startServer(definition: ServerDefinition): Promise<RunningServer> {
  const { name } = definition;
  await definition.install();
  if (!definition.launch) return { name, environment: definition.environment(undefined) };
  const folder = await mkdtemp(join(tmpdir(), `lakehose-server-${name}-`));
  try {
    const launch = await definition.launch(folder);
    const pid = await untilReady(name, launch, folder);
    // The address is on no other command line: its port is ours alone.
    const mark = new URL(launch.address).port;
    return { name, environment: definition.environment(launch.address), process: { pid, mark, folder } };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export async function stopServer(running: RunningServer): Promise<void> {
  if (!running.process) return;
  const { pid, mark, folder } = running.process;
  if (isProcess(pid, mark)) await stopProcessGroup(pid);
  await rm(folder, { recursive: true, force: true });
}

/** Notes a server that goes on after this command, for `stop`. */
export async function remember(running: RunningServer): Promise<void> {
  await writeFile(await notePath(running.name), `${JSON.stringify(running)}\n`);
}

/** The servers that a `start` left running. */
export async function remembered(): Promise<RunningServer[]> {
  const folder = dirname(await notePath("any"));
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")) as RunningServer),
  );
}

export async function forget(running: RunningServer): Promise<void> {
  await rm(await notePath(running.name), { force: true });
}

export function isAlive(running: RunningServer): boolean {
  return running.process === undefined || isProcess(running.process.pid, running.process.mark);
}

async function untilReady(name: string, launch: Launch, folder: string): Promise<number> {
  const outputPath = join(folder, "output.log");
  const child = spawnDetached(launch.command, launch.args, folder, outputPath);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `it ended with ${code ?? signal}`;
  });
  const from = performance.now();
  while (ended === undefined && performance.now() - from < START_SECONDS_MAX * 1000) {
    if (child.pid !== undefined && (await launch.isReady().catch(() => false))) {
      child.unref();
      return child.pid;
    }
    await sleep(READY_POLL_MS);
  }
  if (child.pid !== undefined) await stopProcessGroup(child.pid);
  const output = await readFile(outputPath, "utf8").catch(() => "");
  const why = ended ?? `no answer within ${START_SECONDS_MAX} s`;
  throw new ServerError(
    `The server ${name} did not start (${why}). Its last words: ${output.slice(-SHOWN_CHARACTERS)}`,
  );
}

function notePath(name: string): Promise<string> {
  return cachePath("running", `${name}.json`);
}
