import { posix } from "node:path";
import type { Gate } from "./gate.ts";
import { importsOf, resolveImport } from "./imports.ts";
import { isTest, type SourceTree, typescriptPaths } from "./source-tree.ts";

/** A test in `src/` or `scripts/` lies in the folder of what it tests; what needs several rooms is a journey and lives in `test/`. */
export const testsBesideSources: Gate = {
  name: "tests beside sources",
  run: async (tree) => {
    const sources = new Set(typescriptPaths(tree).filter((path) => !isTest(path)));
    const candidates = typescriptPaths(tree).filter((path) => /^(src|scripts)\//.test(path));
    return candidates.flatMap((file) => {
      if (/\.spec\.ts$|(^|\/)__tests__\//.test(file)) {
        return [{ file, message: 'tests are called "<source>.test.ts" and lie beside their source; rename this one' }];
      }
      if (!isTest(file) || importsBeside(file, tree, sources)) return [];
      return [
        {
          file,
          message:
            "tests nothing of its own folder; move it beside its source, or to test/ when it needs several rooms",
        },
      ];
    });
  },
};

/** Directly, or through a world in `test/` that is built around the folder. */
function importsBeside(file: string, tree: SourceTree, sources: ReadonlySet<string>): boolean {
  const folder = posix.dirname(file);
  const targetsOf = (path: string) =>
    importsOf(tree.text(path)).flatMap(({ specifier }) => resolveImport(path, specifier) ?? []);
  const direct = targetsOf(file).filter((target) => sources.has(target));
  const worlds = direct.filter((target) => target.startsWith("test/"));
  return [...direct, ...worlds.flatMap(targetsOf)].some((target) => posix.dirname(target).startsWith(folder));
}
