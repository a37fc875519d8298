import type { CliCommand } from "./command.ts";
import { demoCommand } from "./commands/demo.ts";
import { generateCommand } from "./commands/generate.ts";
import { logCommand } from "./commands/log.ts";
import { putCommand } from "./commands/put.ts";
import { streamsCommand } from "./commands/streams.ts";
import { upCommand } from "./commands/up.ts";

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly CliCommand[] = [
  upCommand,
  demoCommand,
  streamsCommand,
  putCommand,
  generateCommand,
  logCommand,
];
