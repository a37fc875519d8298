import { Readable } from "node:stream";
import type { Command } from "commander";
import { createProgram } from "../../../src/cli/main.ts";
import { code, page, table } from "../markdown.ts";

export async function commandLinePage(): Promise<string> {
  const nothing = { write: () => true };
  const program = await createProgram({
    stdout: nothing,
    stderr: nothing,
    stdin: Readable.from([]),
    environment: {},
    signal: new AbortController().signal,
  });
  const intro = [
    "In a checkout `npm start -- ARGS` is `lakehose up ARGS`, and `npm run lakehose -- ARGS` is the whole command line.",
    "Commands end with 0, with 1 after a failure, with 2 for a command line that makes no sense.",
  ].join("\n");
  const sections = program.commands.flatMap((command) => commandSections(command, "lakehose"));
  return page("Command line", intro, ["## For all commands", optionTable(program), ...sections]);
}

function commandSections(command: Command, parents: string): readonly string[] {
  const name = `${parents} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((one) => commandSections(one, name));
  const parameters = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  const described = command.registeredArguments.filter(({ description }) => description !== "");
  return [
    `## ${[name, ...parameters].join(" ")}`,
    sentence(command.description()),
    ...(described.length === 0
      ? []
      : [
          table(
            ["argument", "what it is"],
            described.map((one) => [code(one.name()), one.description]),
          ),
        ]),
    ...(command.options.length === 0 ? [] : [optionTable(command)]),
  ];
}

function optionTable(command: Command): string {
  return table(
    ["option", "what it does"],
    command.options.map(({ flags, description }) => [code(flags), description]),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
