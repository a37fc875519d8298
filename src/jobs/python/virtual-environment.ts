import { hash } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessOptions } from "./run-process.ts";

export interface VirtualEnvironmentOptions {
  /** For the environments of all jobs: `<directory>/<job>/<digest of the requirements>/`. */
  readonly directory: string;
  readonly job: string;
  /** As pip reads them; empty = nothing beside the standard library. */
  readonly requirements: string;
  /** Runs a program with pip's environment to its end. */
  readonly run: (program: Pick<ProcessOptions, "command" | "args">) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Written last: an environment without it was begun and not finished, and is made anew. */
const COMPLETE = "lakehose-complete";

/**
 * The program `python` of the job's own environment. It is made when the requirements have changed, and those that they had
 * before are removed. A job has one run at a time, so nobody else makes it meanwhile.
 */
export async function virtualEnvironment(options: VirtualEnvironmentOptions): Promise<string> {
  const { directory, job, requirements, run, log } = options;
  const digest = hash("sha256", requirements, "hex").slice(0, 16);
  const folder = join(directory, job, digest);
  const python = join(folder, "bin", "python");
  if ((await exists(join(folder, COMPLETE))) && (await exists(python))) return python;
  await rm(join(directory, job), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  log("Making a virtual environment");
  const bare = requirements.trim() === "";
  await run({ command: "python3", args: ["-m", "venv", ...(bare ? ["--without-pip"] : []), folder] });
  if (!bare) {
    const file = join(folder, "requirements.txt");
    await writeFile(file, requirements);
    await run({ command: python, args: [...PIP_INSTALL, "-r", file] });
  }
  await writeFile(join(folder, COMPLETE), "");
  return python;
}

const PIP_INSTALL = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"];

/** A link whose target is gone, as after an upgrade of Python, counts as absent. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
