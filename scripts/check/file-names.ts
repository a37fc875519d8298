import { posix } from "node:path";
import type { Gate } from "./gate.ts";
import { typescriptPaths } from "./source-tree.ts";

/** `delivery-loop.ts`, `delivery-loop.test.ts`, `delivery-loop.recovery.test.ts`, `stream-page.tsx`. */
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.tsx?$/;
const FOLDER_NAME = /^\.?[a-z0-9]+(-[a-z0-9]+)*$/;

export const fileNames: Gate = {
  name: "file names",
  run: async (tree) =>
    typescriptPaths(tree).flatMap((file) => {
      const folders = posix
        .dirname(file)
        .split("/")
        .filter((folder) => folder !== ".");
      const wrong = FILE_NAME.test(posix.basename(file))
        ? folders.find((name) => !FOLDER_NAME.test(name))
        : posix.basename(file);
      if (wrong === undefined) return [];
      return [
        {
          file,
          message: `"${wrong}" is not kebab-case; name the file after the thing, in lower-case words joined by "-"`,
        },
      ];
    }),
};
