import type { Finding, Gate } from "./gate.ts";
import { runTool } from "./run-tool.ts";

/** Each with settings of its own: the console runs in browsers, everything else in Node. */
const PROJECTS = [".", "console"];

/** `tsc` with the strict settings of tsconfig.json; Node strips types and would not notice. */
export const types: Gate = {
  name: "types",
  run: async (tree) => {
    const findings: Finding[] = [];
    for (const project of PROJECTS) {
      const args = ["--noEmit", "--pretty", "false", "-p", project];
      findings.push(...(await runTool(tree.root, "typescript/bin/tsc", args)));
    }
    return findings;
  },
};
