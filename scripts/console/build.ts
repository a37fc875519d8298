/**
 * Builds the console into `console/dist`, which `npm ci` does by way of `prepare`. Nothing is done when the last build was
 * made of the same sources. Without the tools (`npm ci --omit=dev`) it says so and succeeds: a server does without.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compressFolder } from "./compress-folder.ts";
import { hashFiles } from "./hash-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "console");
const dist = join(folder, "dist");
const mark = join(dist, ".built-from");

const sources = ["console/src", "console/index.html", "console/vite.config.ts", "console/package.json"];
const madeOf = hashFiles(root, [...sources, "package-lock.json", "scripts/console"]);

if (existsSync(mark) && readFileSync(mark, "utf8") === madeOf) {
  process.stdout.write("The console is built already.\n");
} else if (!existsSync(join(root, "node_modules", "vite"))) {
  process.stdout.write("The console is not built: its tools are not installed (npm ci without --omit=dev has them).\n");
} else {
  const { build } = await import("vite");
  await build({ root: folder, logLevel: "warn" });
  const bytes = compressFolder(dist);
  writeFileSync(mark, madeOf);
  process.stdout.write(`The console is built: ${Math.ceil(bytes / 1024)} KB compressed.\n`);
}
