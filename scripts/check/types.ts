import type { Gate } from "./gate.ts";
import { runTool } from "./run-tool.ts";

/** `tsc` with the strict settings of tsconfig.json; Node strips types and would not notice. */
export const types: Gate = {
  name: "types",
  run: (tree) => runTool(tree.root, "typescript/bin/tsc", ["--noEmit", "--pretty", "false", "-p", "."]),
};
