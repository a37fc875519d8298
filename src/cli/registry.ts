import type { CliCommand } from "./command.ts";
import { putCommand } from "./commands/put.ts";
import { streamsCommand } from "./commands/streams.ts";

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly CliCommand[] = [streamsCommand, putCommand];
