import type { Command } from "commander";
import type { TriggerStatus } from "../../triggers/triggers.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";

export const triggersCommand: CliCommand = {
  name: "triggers",
  add: (program, context) => {
    const triggers = program.command("triggers").description("what calls functions by itself, and how it stands");
    triggers
      .command("list")
      .description("all triggers: what they listen to, what they call, what failed")
      .action((_: object, command: Command) => list(command, context));
    triggers
      .command("show")
      .description("one trigger: its calls, and why the last of them failed")
      .argument("<trigger>")
      .action((name: string, _: object, command: Command) => show(name, command, context));
  },
};

async function list(command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const { triggers } = (await connection
    .admin("GET", "/api/triggers")
    .finally(() => connection.close())) as unknown as { triggers: readonly TriggerStatus[] };
  print(context, command, triggers, (all) =>
    all.length === 0
      ? ["There are no triggers yet. Declare some in the triggers: section of the configuration."]
      : table(
          ["trigger", "kind", "calls", "state", "events", "calls", "failed", "given up"],
          all.map(({ name, kind, target, state, records, calls, failedCalls, givenUp }) => [
            name,
            kind,
            target,
            state,
            records,
            calls,
            failedCalls,
            givenUp,
          ]),
        ),
  );
}

async function show(name: string, command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const trigger = (await connection
    .admin("GET", `/api/triggers/${encodeURIComponent(name)}`)
    .finally(() => connection.close())) as unknown as TriggerStatus;
  print(context, command, trigger, lines);
}

function lines(trigger: TriggerStatus): string[] {
  const { name, upstream, target, state, since, records, calls, failedCalls, givenUp } = trigger;
  const { failure, callFailure, warning } = trigger;
  return [
    `${name}: ${upstream} => ${target}: ${state} since ${new Date(since).toISOString()}`,
    `${records} events in ${calls} calls, ${failedCalls} of them failed; ${givenUp} events given up`,
    ...(callFailure === undefined
      ? []
      : [`The last call that failed, at ${new Date(callFailure.at).toISOString()}: ${callFailure.message}`]),
    ...(failure === undefined ? [] : [`It cannot listen (${failure.failures} failures): ${failure.message}`]),
    ...(warning === undefined ? [] : [`Warning: ${warning.code}: ${warning.message}`]),
  ];
}
