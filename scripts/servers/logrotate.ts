import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";

/** Debian keeps it where only root's search path leads. */
const PROGRAM = "/usr/sbin/logrotate";
const HINT = "install logrotate (Debian: apt-get install logrotate)";

/** What rotates the logs that the agent follows: no server, only a program. */
export const logrotate: ServerDefinition = {
  name: "logrotate",
  summary: "logrotate from the system's packages, for tests of the agent",
  install: async () => {
    await runTool(PROGRAM, ["--version"], HINT);
  },
  environment: () => ({ LAKEHOSE_TEST_LOGROTATE: PROGRAM }),
};
