import type { CliCommand } from "./command.ts";

/** A command and where it is; loaded when it is asked for, since SDK, SQL engine and server are not all needed at once. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<CliCommand>;
}

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "up", load: async () => (await import("./commands/up.ts")).upCommand },
  { name: "demo", load: async () => (await import("./commands/demo.ts")).demoCommand },
  { name: "streams", load: async () => (await import("./commands/streams.ts")).streamsCommand },
  { name: "tables", load: async () => (await import("./commands/tables.ts")).tablesCommand },
  { name: "sql", load: async () => (await import("./commands/sql.ts")).sqlCommand },
  { name: "crawl", load: async () => (await import("./commands/crawl.ts")).crawlCommand },
  { name: "jobs", load: async () => (await import("./commands/jobs.ts")).jobsCommand },
  { name: "sources", load: async () => (await import("./commands/sources.ts")).sourcesCommand },
  { name: "alarms", load: async () => (await import("./commands/alarms.ts")).alarmsCommand },
  { name: "triggers", load: async () => (await import("./commands/triggers.ts")).triggersCommand },
  { name: "put", load: async () => (await import("./commands/put.ts")).putCommand },
  { name: "agent", load: async () => (await import("./commands/agent.ts")).agentCommand },
  { name: "generate", load: async () => (await import("./commands/generate.ts")).generateCommand },
  { name: "redrive", load: async () => (await import("./commands/redrive.ts")).redriveCommand },
  { name: "replay", load: async () => (await import("./commands/replay.ts")).replayCommand },
  { name: "functions", load: async () => (await import("./commands/functions.ts")).functionsCommand },
  { name: "users", load: async () => (await import("./commands/users.ts")).usersCommand },
  { name: "audit", load: async () => (await import("./commands/audit.ts")).auditCommand },
  { name: "log", load: async () => (await import("./commands/log.ts")).logCommand },
];

/** The entries that a command line needs: the one that it names, or all for help and for what nobody knows. */
export function commandsFor(argv: readonly string[]): readonly CommandEntry[] {
  const named = COMMANDS.filter(({ name }) => name === argv[0]);
  return named.length > 0 ? named : COMMANDS;
}
