import type { Command } from "commander";
import type { CliContext } from "./cli-context.ts";

/** One command of the command line: adds itself, with arguments, options and action, to the program. */
export interface CliCommand {
  readonly name: string;
  add(program: Command, context: CliContext): void;
}
