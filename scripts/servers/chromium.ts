import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";

/** Where Debian's package puts it. */
const PROGRAM = "/usr/bin/chromium";
const HINT = "install Chromium (Debian: apt-get install chromium)";

/** The browser that the console is tested in: no server, only a program. */
export const chromium: ServerDefinition = {
  name: "chromium",
  summary: "Chromium from the system's packages, for tests of the console",
  install: async () => {
    await runTool(PROGRAM, ["--version"], HINT);
  },
  environment: () => ({ LAKEHOSE_TEST_CHROMIUM: PROGRAM }),
};
