import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { z } from "zod";
import { MemoryWatch } from "../../functions/local/memory-watch.ts";
import { JobError } from "../job-error.ts";
import type { JobComponents, JobKind, JobRun } from "../job-kind.ts";
import { pipEnvironment, scriptEnvironment } from "./python-environment.ts";
import { type ProcessOptions, runProcess } from "./run-process.ts";
import { virtualEnvironment } from "./virtual-environment.ts";

/**
 * A Python script as a job.
 *
 * Whoever may define jobs is not by that somebody who may run programs on the server: what runs lies in the folder of
 * scripts, where only its operator puts files, and so do the lists of packages, since packages are programs too. Nothing that
 * a definition says leads elsewhere. `python.inline` in the configuration takes that back for texts.
 *
 * A script runs in the job's own virtual environment and in a folder of its own that is gone afterwards; it sees no secret
 * of the server's environment, and AWS SDKs in it speak to this server.
 */

const MEMORY_MB = 1024;
const MEMORY_MB_MIN = 64;
const MEMORY_MB_MAX = 1024 * 1024;

/** pip itself and what it builds. */
const PIP_MEMORY_MB = 2048;

const insideScripts = z
  .string()
  .min(1)
  .max(1000)
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0\\]+$/,
    "expected a file below the folder of scripts, such as clean/orders.py",
  );

const optionsSchema = z
  .strictObject({
    script: insideScripts.optional().meta({
      description: "File below the folder of scripts.",
      examples: ["clean/orders.py"],
    }),
    text: z
      .string()
      .max(256 * 1024)
      .optional()
      .meta({ description: "The program itself, where the configuration says `python.inline: true`." }),
    arguments: z
      .array(z.string().max(4096))
      .max(100)
      .default([])
      .meta({ description: "Arguments of the script.", examples: [["--country", "CH"]] }),
    requirements: insideScripts.optional().meta({
      description:
        "File below the folder of scripts with the packages of the job's virtual environment, as pip reads it. The index is the one that the server's `PIP_` variables name.",
      examples: ["clean/requirements.txt"],
    }),
    environment: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z_]\w*$/, "expected a name of letters, digits and _")
          .regex(/^(?!LD_|DYLD_|PYTHON|PATH$)/, "expected a name that changes nothing about what is loaded and run"),
        z.string(),
      )
      .default({})
      .meta({ description: "Variables that the script finds in its environment.", examples: [{ COUNTRY: "CH" }] }),
    memoryMb: z
      .int()
      .min(MEMORY_MB_MIN)
      .max(MEMORY_MB_MAX)
      .default(MEMORY_MB)
      .meta({ description: "Most memory of the script with its children, MB. Then it is killed.", examples: [2048] }),
  })
  .refine(({ script, text }) => (script === undefined) !== (text === undefined), "expected script or text, one of them")
  .meta({ examples: [{ script: "clean/orders.py", requirements: "clean/requirements.txt" }] });

type PythonOptions = z.output<typeof optionsSchema>;

export const pythonJob: JobKind<PythonOptions> = {
  name: "python",
  description: "Runs a Python script in a virtual environment of its own; boto3 in it speaks to this server.",
  options: optionsSchema,
  create: (components) => {
    const memoryWatch = new MemoryWatch();
    return async (options, run) => {
      const home = join(components.temporaryDirectory, run.runId);
      await mkdir(home, { recursive: true });
      const script = await scriptOf(options, components, home);
      let lines = 0;
      const log = (line: string) => {
        lines++;
        run.log(line);
      };
      const world = { cwd: home, memoryWatch, clock: components.clock, signal: run.signal, log };
      const command = await pythonOf(options, components, run, world);
      const environment = scriptEnvironment({ components, run, home, variables: options.environment });
      lines = 0;
      const args = [script, ...options.arguments];
      await runProcess({ ...world, command, args, environment, memoryMb: options.memoryMb });
      return { counters: { linesPrinted: lines } };
    };
  },
};

type World = Pick<ProcessOptions, "cwd" | "memoryWatch" | "clock" | "signal" | "log">;

async function pythonOf(
  options: PythonOptions,
  { cacheDirectory, python }: JobComponents,
  { jobName }: JobRun,
  world: World,
): Promise<string> {
  const { requirements } = options;
  const environment = pipEnvironment(world.cwd);
  return virtualEnvironment({
    directory: join(cacheDirectory, "python"),
    job: jobName,
    requirements: requirements === undefined ? "" : await readFile(await placeOf(python.scripts, requirements), "utf8"),
    run: (program) => runProcess({ ...world, ...program, environment, memoryMb: PIP_MEMORY_MB }),
    log: world.log,
  });
}

async function scriptOf({ script, text }: PythonOptions, { python }: JobComponents, home: string): Promise<string> {
  if (script !== undefined) return placeOf(python.scripts, script);
  if (!python.inline) {
    const advice = "put it into a file there and name it as script, or set python.inline in the configuration";
    throw new JobError("invalid", `Programs come from files in ${python.scripts}, not from definitions: ${advice}`);
  }
  const path = join(home, "script.py");
  await writeFile(path, text ?? "");
  return path;
}

/** Where a file of the folder is in truth: links lead nowhere else. */
async function placeOf(folder: string, file: string): Promise<string> {
  const [root, place] = await Promise.all([folder, join(folder, file)].map((path) => realpath(path))).catch(() => []);
  if (root !== undefined && place?.startsWith(root + sep)) return place;
  throw new JobError("work-failed", `Expected the file ${file} in the folder of scripts, ${folder}; it is not there`);
}
