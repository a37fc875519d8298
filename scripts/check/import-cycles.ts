import type { Finding, Gate } from "./gate.ts";
import { importsOf, resolveImport } from "./imports.ts";
import { typescriptPaths } from "./source-tree.ts";

/** No file may lead back to itself through its imports: files in a circle can only be understood, and tested, all at once. */
export const importCycles: Gate = {
  name: "import cycles",
  run: async (tree) => {
    const paths = typescriptPaths(tree);
    const known = new Set(paths);
    const graph = new Map<string, readonly string[]>();
    for (const path of paths) {
      const targets = importsOf(tree.text(path)).map(({ specifier }) => resolveImport(path, specifier));
      graph.set(path, [...new Set(targets.filter((target) => target !== undefined && known.has(target)))] as string[]);
    }
    return cyclesOf(graph).map((cycle) => cycleFinding(cycle));
  },
};

function cycleFinding(cycle: readonly string[]): Finding {
  const circle = [...cycle, cycle[0]].join(" -> ");
  return {
    file: cycle[0] ?? "",
    message: `imports lead back to itself: ${circle}; move what both need into a third file`,
  };
}

/** One cycle for each place where a depth-first walk meets a file that it is still inside of. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): readonly string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const walk = (path: string): void => {
    const inside = trail.indexOf(path);
    if (inside !== -1) {
      cycles.push(trail.slice(inside));
      return;
    }
    if (finished.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) walk(target);
    trail.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) walk(path);
  return cycles;
}
