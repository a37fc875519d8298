import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository as the gates see it: paths relative to its root, with `/`, sorted; texts read once. */
export interface SourceTree {
  readonly root: string;
  readonly paths: readonly string[];
  text(path: string): string;
}

/** What git knows of and what it would add: ignored files are nobody's business. */
export function gitTree(root: string): SourceTree {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path))).sort();
  const texts = new Map<string, string>();
  return {
    root,
    paths,
    text: (path) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readFileSync(join(root, path), "utf8");
      texts.set(path, text);
      return text;
    },
  };
}

/** A tree out of thin air, for the tests of gates. */
export function memoryTree(files: Readonly<Record<string, string>>): SourceTree {
  return {
    root: "/nowhere",
    paths: Object.keys(files).sort(),
    text: (path) => files[path] ?? "",
  };
}

/** Our own TypeScript: what the rules about style and structure apply to. */
export function typescriptPaths(tree: SourceTree): readonly string[] {
  return tree.paths.filter((path) => /\.tsx?$/.test(path));
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}
