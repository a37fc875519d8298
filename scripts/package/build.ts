/**
 * `npm run build`: what is published, made of what is developed. `tsc` writes JavaScript and types to dist/; files that are
 * no TypeScript go along as they are, and of the types only those stay that the library's own lead to. A checkout never
 * runs any of it (docs/decisions/2026-11-21-typescript-without-a-build.md).
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const output = join(root, "dist");

/** Helpers of functions that run in processes of their own. */
const AS_THEY_ARE = "functions/bootstraps/*.{mjs,py}";

rmSync(output, { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
for (const file of globSync(AS_THEY_ARE, { cwd: join(root, "src") })) {
  cpSync(join(root, "src", file), join(output, file));
}
const kept = reachableTypes("server/index.d.ts");
for (const file of globSync("**/*.d.ts", { cwd: output })) if (!kept.has(file)) rmSync(join(output, file));

const modules = globSync("**/*.js", { cwd: output }).length;
const withConsole = existsSync(join(root, "console", "dist", "index.html"));
process.stdout.write(
  `dist/: ${modules} modules, ${kept.size} type files; the console is ${withConsole ? "there" : "not built"}\n`,
);

/** Declarations name each other as the sources do, by `.ts`. */
function reachableTypes(entry: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const text = readFileSync(join(output, file), "utf8");
    for (const [, specifier = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.ts"/g)) {
      waiting.push(`${normalize(join(dirname(file), specifier))}.d.ts`);
    }
  }
  return reached;
}
