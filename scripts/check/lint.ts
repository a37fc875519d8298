import type { Gate } from "./gate.ts";
import { runTool } from "./run-tool.ts";

/** Lint and format in one pass; `npm run format` repairs what can be repaired. */
export const lint: Gate = {
  name: "lint and format",
  run: (tree) => runTool(tree.root, "@biomejs/biome/bin/biome", ["check", "--colors=off", "--error-on-warnings", "."]),
};
