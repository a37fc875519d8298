import { ADMIN_CLIENT } from "../console/admin-client.ts";
import type { Gate } from "./gate.ts";
import { typescriptPaths } from "./source-tree.ts";

/** A file of more than this is two files (CONTRIBUTING.md). Functions have their limit of 70 lines in biome.json. */
const FILE_LINES_MAX = 400;

/** Nobody reads what a program wrote. */
const GENERATED: readonly string[] = [ADMIN_CLIENT];

export const fileLength: Gate = {
  name: "file length",
  run: async (tree) =>
    typescriptPaths(tree).flatMap((file) => {
      if (GENERATED.includes(file)) return [];
      const lines = tree.text(file).trimEnd().split("\n").length;
      if (lines <= FILE_LINES_MAX) return [];
      return [
        { file, message: `${lines} lines, at most ${FILE_LINES_MAX}: find the second thing in it and give it a file` },
      ];
    }),
};
