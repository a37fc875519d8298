import { spawn } from "node:child_process";
import { forget, isAlive, type RunningServer, remember, remembered, startServer, stopServer } from "./lifecycle.ts";
import { servers } from "./registry.ts";
import { type ServerDefinition, ServerError } from "./server.ts";

/**
 * Real peers for tests, on loopback, on free ports, with data in a temporary folder.
 *
 *   npm run servers -- list
 *   npm run servers -- install NAME...
 *   npm run servers -- start NAME... [--json]     prints what tests read; goes on until `stop`
 *   npm run servers -- stop [NAME...]
 *   npm run servers -- run NAME... -- COMMAND     servers of its own, stopped when the command ends; its exit code
 *
 * The name `all` stands for every one of them.
 */
const USAGE =
  "Usage: npm run servers -- list | install NAME... | start NAME... [--json] | stop [NAME...] | run NAME... -- COMMAND";

const ALL = "all";
const NAME_WIDTH = Math.max(...servers.map((one) => one.name.length));

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case "list":
      for (const { name, summary } of servers) print(`${name.padEnd(NAME_WIDTH)} ${summary}`);
      return 0;
    case "install":
      for (const definition of pick(rest)) await definition.install();
      return 0;
    case "start":
      return start(rest);
    case "stop":
      return stop(rest);
    case "run":
      return run(rest);
    default:
      throw new ServerError(USAGE);
  }
}

async function start(args: readonly string[]): Promise<number> {
  const known = await remembered();
  const environment: Record<string, string> = {};
  for (const definition of pick(args.filter((one) => one !== "--json"))) {
    const before = known.find((one) => one.name === definition.name);
    const running = before && isAlive(before) ? before : await startServer(definition);
    await remember(running);
    Object.assign(environment, running.environment);
  }
  if (args.includes("--json")) print(JSON.stringify({ environment }));
  else for (const [name, value] of Object.entries(environment)) print(`export ${name}=${quote(value)}`);
  return 0;
}

async function stop(names: readonly string[]): Promise<number> {
  const wanted = names.length === 0 ? undefined : new Set(pick(names).map((one) => one.name));
  for (const running of await remembered()) {
    if (wanted && !wanted.has(running.name)) continue;
    await stopServer(running);
    await forget(running);
  }
  return 0;
}

async function run(args: readonly string[]): Promise<number> {
  const split = args.indexOf("--");
  const [command, ...commandArgs] = args.slice(split + 1);
  if (split < 0 || command === undefined) throw new ServerError(`A command is missing after "--". ${USAGE}`);
  const running: RunningServer[] = [];
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interruption.abort());
  try {
    for (const definition of pick(args.slice(0, split))) {
      running.push(await startServer(definition));
      if (interruption.signal.aborted) return 1;
    }
    const environment = Object.assign({}, ...running.map((one) => one.environment)) as Record<string, string>;
    return await runCommand(command, commandArgs, environment, interruption.signal);
  } finally {
    await Promise.all(running.map(stopServer));
  }
}

/** Whatever ends us ends the command first, so that the servers are stopped on the way out. */
async function runCommand(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
  interruption: AbortSignal,
): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  interruption.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new ServerError(`Cannot run ${command}: ${error.message}`)));
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Names may come apart or with commas between them; `all` is every one of them. */
function pick(names: readonly string[]): ServerDefinition[] {
  const wanted = names.flatMap((one) => one.split(",")).filter((one) => one !== "");
  if (wanted.length === 0) throw new ServerError(`Name a server. ${USAGE}`);
  return wanted.flatMap((name) => {
    if (name === ALL) return servers;
    const found = servers.find((one) => one.name === name);
    if (found) return [found];
    throw new ServerError(`No server is called ${name}: there are ${servers.map((one) => one.name).join(", ")}`);
  });
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ServerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
