import type { Command } from "commander";
import type { AlarmStatus, AlarmTargetStatus } from "../../alarms/alarms.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";

interface AlarmList {
  readonly alarms: readonly AlarmStatus[];
  readonly targets: readonly AlarmTargetStatus[];
}

export const alarmsCommand: CliCommand = {
  name: "alarms",
  add: (program, context) => {
    const alarms = program.command("alarms").description("when somebody is told of a stream, and who");
    alarms
      .command("list")
      .description("all alarms: how they stand, and what targets have not taken")
      .action((_: object, command: Command) => list(command, context));
  },
};

async function list(command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const listed = (await connection
    .admin("GET", "/api/alarms")
    .finally(() => connection.close())) as unknown as AlarmList;
  print(context, command, listed, lines);
}

function lines({ alarms, targets }: AlarmList): string[] {
  if (alarms.length === 0)
    return ["There are no alarms yet. Declare some in the alarms: section of the configuration."];
  const states = alarms.map(({ rule, stream, state, since, measure, value, above, severity }) => [
    rule,
    stream,
    state,
    since === undefined ? "" : new Date(since).toISOString(),
    measure,
    value ?? "",
    above,
    severity,
  ]);
  return [
    ...table(["rule", "stream", "state", "since", "measure", "value", "above", "severity"], states),
    ...targets.flatMap(({ name, target, waiting, failure }) => [
      `${name} (${target}): ${waiting} notifications wait`,
      ...(failure === undefined ? [] : [`  failed at ${new Date(failure.at).toISOString()}: ${failure.message}`]),
    ]),
  ];
}
