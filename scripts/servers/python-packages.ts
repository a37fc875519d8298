import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cachePath } from "./cache.ts";
import { runTool } from "./run-tool.ts";

const HINT = "install Python 3 with its venv module";

/**
 * The folder of a virtual environment that holds exactly these packages. Its name carries the versions, so a new pin
 * makes a new environment; a mark that is written last tells a finished one from one that was cut short.
 */
export async function pythonEnvironment(name: string, packages: readonly string[]): Promise<string> {
  const pins = packages.map((one) => one.replaceAll(/[^\w.]+/g, "-")).join("_");
  const folder = await cachePath("python", `${name}_${pins}`);
  const mark = join(folder, "complete");
  if (existsSync(mark)) return folder;
  await rm(folder, { recursive: true, force: true });
  await runTool("python3", ["-m", "venv", folder], HINT);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
  await runTool(join(folder, "bin", "python"), pip, HINT);
  await writeFile(mark, `${packages.join("\n")}\n`);
  return folder;
}
