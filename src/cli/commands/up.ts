import module from "node:module";
import type { Command } from "commander";
import { type ConfigurationFlags, loadConfiguration } from "../../server/configuration/load-configuration.ts";
import { openServer } from "../../server/open-server.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import {
  boundYoungGeneration,
  countBuffersAsHeap,
  releaseStartWhenQuiet,
  withSmallYoungGeneration,
} from "../heap-flags.ts";
import { wantsJson } from "../output.ts";

export const upCommand: CliCommand = {
  name: "up",
  add: (program, context) => {
    program
      .command("up")
      .description("start the server; it runs until it is told to stop")
      .option("--config <file>", "configuration file, YAML (LAKEHOSE_CONFIG)")
      .option("--data <folder>", "data folder (LAKEHOSE_DATA; default lakehose-data)")
      .option("--host <host>", "address to listen on (LAKEHOSE_HOST; default 127.0.0.1)")
      .option("--port <port>", "port to listen on, 0 = any (LAKEHOSE_PORT; default 4573)")
      .option(
        "--restored",
        "the data folder was put back from a copy: begin behind what the original may have done since",
      )
      .action((flags: UpFlags, command: Command) => up(flags, command, context));
  },
};

interface UpFlags extends ConfigurationFlags {
  readonly restored?: boolean;
}

/** The line that says "ready" is a contract: scripts and supervisors wait for it on standard output. */
async function up(flags: UpFlags, command: Command, context: CliContext): Promise<void> {
  const configuration = loadConfiguration(flags, context.environment);
  countBuffersAsHeap();
  const restored = flags.restored === true;
  const pretty = context.stderr.isTTY === true && !wantsJson(command);
  const server = await withSmallYoungGeneration(() => openServer(configuration, { pretty, restored }));
  boundYoungGeneration();
  if (server.caFile !== undefined) {
    context.stdout.write(`clients have to trust ${server.caFile} (AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS)\n`);
  }
  if (restored) context.stdout.write(`${RESTORED}\n`);
  context.stdout.write(`lakehose is ready at ${server.url}\n`);
  // By itself Node keeps compiled code when a process ends well; a server may be killed.
  module.flushCompileCache();
  releaseStartWhenQuiet();
  await aborted(context.signal);
  await server.close();
}

const RESTORED =
  "Started on a restored copy. What the original accepted after the copy and had not delivered is gone; what it delivered after the copy may be delivered again. Leave --restored away from the next start.";

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
