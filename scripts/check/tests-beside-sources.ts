import { posix } from "node:path";
import type { Gate } from "./gate.ts";
import { importsOf, resolveImport } from "./imports.ts";
import { isTest, typescriptPaths } from "./source-tree.ts";

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
      if (!isTest(file) || importsBeside(file, tree.text(file), sources)) return [];
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

function importsBeside(file: string, text: string, sources: ReadonlySet<string>): boolean {
  const folder = posix.dirname(file);
  return importsOf(text).some(({ specifier }) => {
    const target = resolveImport(file, specifier);
    return target !== undefined && sources.has(target) && posix.dirname(target).startsWith(folder);
  });
}
