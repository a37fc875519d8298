import { type Command, InvalidArgumentError } from "commander";
import type { AuditEntry } from "../../access/audit-log.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";

interface AuditFlags {
  readonly limit: number;
  readonly who?: string;
  readonly subject?: string;
}

export const auditCommand: CliCommand = {
  name: "audit",
  add: (program, context) => {
    program
      .command("audit")
      .description("who changed what, newest first; what was before and is after comes with --json")
      .option("--limit <entries>", "so many at most", entries, 50)
      .option("--who <name>", "only this user, token or access key id")
      .option("--subject <subject>", "only this, such as streams/clicks or jobs/daily")
      .action((flags: AuditFlags, command: Command) => list(flags, command, context));
  },
};

function entries(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value;
  throw new InvalidArgumentError("expected a whole number from 1 to 1000");
}

async function list(flags: AuditFlags, command: Command, context: CliContext): Promise<void> {
  const { limit, who, subject } = flags;
  const asked = { limit: String(limit), ...(who !== undefined && { who }), ...(subject !== undefined && { subject }) };
  const connection = connectionOf(command, context);
  const { entries: found } = (await connection
    .admin("GET", `/api/audit?${new URLSearchParams(asked)}`)
    .finally(() => connection.close())) as unknown as { entries: readonly AuditEntry[] };
  print(context, command, found, (all) =>
    all.length === 0
      ? ["Nothing has been changed yet, as far as the log goes back."]
      : table(["at", "who", "from", "action", "subject", "", ""], all.map(rowOf)),
  );
}

function rowOf({ at, who, proof, from, action, subjects, outcome, reason = "" }: AuditEntry): string[] {
  const name = proof === "nothing" ? `(${who})` : who;
  return [at, name, from, action, subjects.join(" "), outcome, reason.split("\n")[0] ?? ""];
}
