import type { Finding, Gate } from "./gate.ts";
import { importsOf, lineAt } from "./imports.ts";
import { roomOf } from "./rooms.ts";
import { isTest, typescriptPaths } from "./source-tree.ts";

/** Rooms that the simulation runs: there clock, disk and chance come in as arguments, or a seed could not replay a run. */
const SIMULATED_ROOMS: readonly string[] = ["log", "delivery", "streams", "storage", "destinations"];

const CALLS: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/g, instead: "take a Clock (src/std/clock.ts)" },
  { pattern: /\b(setTimeout|setInterval|setImmediate)\(/g, instead: "wait with clock.sleep (src/std/clock.ts)" },
  { pattern: /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/g, instead: "take a Random (src/std/random.ts)" },
];

const FILE_MODULES = /^(node:)?fs(\/promises)?$/;

export const injectedWorld: Gate = {
  name: "clock, disk, chance",
  run: async (tree) => {
    const paths = typescriptPaths(tree).filter((path) => SIMULATED_ROOMS.includes(roomOf(path) ?? "") && !isTest(path));
    return paths.flatMap((file) => [...callsIn(file, tree.text(file)), ...fileModulesIn(file, tree.text(file))]);
  },
};

function callsIn(file: string, text: string): readonly Finding[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, " "));
  return CALLS.flatMap(({ pattern, instead }) =>
    [...code.matchAll(pattern)].map((match) => ({
      file,
      line: lineAt(code, match.index),
      message: `calls ${match[0]}…), which the simulation cannot replay; ${instead}`,
    })),
  );
}

function fileModulesIn(file: string, text: string): readonly Finding[] {
  return importsOf(text)
    .filter(({ specifier }) => FILE_MODULES.test(specifier))
    .map(({ specifier, line }) => ({
      file,
      line,
      message: `imports ${specifier}, which the simulation cannot tear; take a Disk (src/std/disk.ts)`,
    }));
}
