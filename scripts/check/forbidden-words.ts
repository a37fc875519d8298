import type { Finding, Gate } from "./gate.ts";
import { lineAt } from "./imports.ts";
import type { SourceTree } from "./source-tree.ts";

interface ForbiddenWord {
  readonly pattern: RegExp;
  readonly reason: string;
}

/** Written in pieces, so that this file does not forbid itself. */
const FORBIDDEN: readonly ForbiddenWord[] = [
  {
    pattern: new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`, "g"),
    reason: "is a promise that nobody keeps; do it now, or describe the limit in the docs",
  },
  {
    pattern: new RegExp(
      `(${["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/"].join("|")})[A-Za-z0-9_.-]+`,
      "g",
    ),
    reason: "is a path of one machine; use a path relative to the file or a temporary folder",
  },
  {
    pattern: new RegExp(`@${"ts-ig" + "nore"}|@${"ts-no" + "check"}|@${"ts-expect-er" + "ror"}`, "g"),
    reason: "silences the type checker; say in types what is true",
  },
];

const TEXT_FILES = /\.(tsx?|css|html|mjs|js|md|json|ya?ml|sh)$|^\.ci\/run$/;
const SKIPPED = /^(package-lock\.json|LICENSE|test\/fixtures\/)/;

export const forbiddenWords: Gate = {
  name: "forbidden words",
  run: async (tree) => textPaths(tree).flatMap((file) => wordsIn(file, tree.text(file))),
};

function textPaths(tree: SourceTree): readonly string[] {
  return tree.paths.filter((path) => TEXT_FILES.test(path) && !SKIPPED.test(path));
}

function wordsIn(file: string, text: string): readonly Finding[] {
  return FORBIDDEN.flatMap(({ pattern, reason }) =>
    [...text.matchAll(pattern)].map((match) => ({
      file,
      line: lineAt(text, match.index),
      message: `"${match[0]}" ${reason}`,
    })),
  );
}
