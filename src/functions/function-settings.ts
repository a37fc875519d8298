import { z } from "zod";

/**
 * How a local function is run. The same members stand in `function.yaml` beside the code and in the configuration's
 * `functions:` section; the configuration goes before the file, and the file before the defaults.
 */

/** AWS: 3 s unless set. Ours is the minute that AWS advises for functions of Firehose. */
export const TIMEOUT_SECONDS = 60;
/** AWS: 15 minutes. Four times that for who has no AWS to please. */
const TIMEOUT_SECONDS_MAX = 3600;

/** AWS: 128 MB unless set. Parsing a 6 MB event takes Node over half of that on top of what it starts with. */
export const MEMORY_MB = 512;
/** Below this Node does not start. */
const MEMORY_MB_MIN = 64;
const MEMORY_MB_MAX = 1024 * 1024;

/** One delivery calls about as many at a time; a process is only started when a call waits for one. */
export const CONCURRENCY = 4;
/** AWS: 1,000 for a whole account. */
const CONCURRENCY_MAX = 1000;

const TIMEOUT_UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60 };
const MEMORY_UNITS: Readonly<Record<string, number>> = { MB: 1, MiB: 1, GB: 1024, GiB: 1024 };

const text = z.string().min(1);

/** Members that are absent are left to whoever is asked next. */
export const functionSettingsSchema = z.strictObject({
  runtime: text
    .regex(/^(nodejs|python|java|provided)/, "expected nodejs, python, java or provided, as AWS names runtimes")
    .optional()
    .meta({
      description:
        "What runs the code: `nodejs`, `python`, `java` or `provided` (an executable `bootstrap`), with a version as AWS writes it or without. Node is the one that runs the server; of Python the named version where it is on the `PATH`, else `python3`. Default: what the files in the folder are.",
      examples: ["python3.12"],
    }),
  handler: text.optional().meta({
    description:
      "What is called: `FILE.EXPORT` for Node, `MODULE.FUNCTION` for Python, `PACKAGE.CLASS::METHOD` for Java. Default: `index.handler`, `lambda_function.lambda_handler`.",
    examples: ["src/app.handler"],
  }),
  timeout: measure(TIMEOUT_UNITS, 0.1, TIMEOUT_SECONDS_MAX, "seconds such as 60, or a text such as 2m")
    .optional()
    .meta({
      description: `Longest time of one call, in seconds or with a unit (ms, s, m). Then the process is killed. Default: ${TIMEOUT_SECONDS}. AWS: at most 900, and 300 for Firehose.`,
      examples: [300],
    }),
  memory: measure(MEMORY_UNITS, MEMORY_MB_MIN, MEMORY_MB_MAX, "MB such as 512, or a text such as 2GB")
    .optional()
    .meta({
      description: `Most memory of one process with its children, in MB or with a unit (MB, GB). Then it is killed. Default: ${MEMORY_MB}.`,
      examples: [1024],
    }),
  concurrency: z
    .int()
    .min(1)
    .max(CONCURRENCY_MAX)
    .optional()
    .meta({
      description: `Most calls at a time, each in a process of its own; further ones wait. Default: ${CONCURRENCY}.`,
      examples: [8],
    }),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/, "expected a name of letters, digits and _"),
      z.union([z.string(), z.number(), z.boolean()]).transform(String),
    )
    .optional()
    .meta({ description: "Variables that the code finds in its environment.", examples: [{ TABLE: "clicks" }] }),
  layers: z
    .array(text)
    .optional()
    .meta({
      description:
        "Folders with what AWS unpacks to `/opt`: `python/`, `nodejs/node_modules/`, `java/lib/`, `bin/`, `lib/`. Relative to the file that names them. The first one wins.",
      examples: [["../layers/common"]],
    }),
});

export type FunctionOverrides = z.output<typeof functionSettingsSchema>;

/** What holds once everybody has been asked. `layers` are absolute paths. */
export interface FunctionSettings {
  readonly runtime?: string;
  readonly handler?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly concurrency: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly layers: readonly string[];
}

/** `configured` before `file` before the defaults; of `environment` each variable for itself. */
export function functionSettings(configured: FunctionOverrides, file: FunctionOverrides): FunctionSettings {
  const runtime = configured.runtime ?? file.runtime;
  const handler = configured.handler ?? file.handler;
  return {
    ...(runtime !== undefined && { runtime }),
    ...(handler !== undefined && { handler }),
    timeoutSeconds: configured.timeout ?? file.timeout ?? TIMEOUT_SECONDS,
    memoryMb: Math.round(configured.memory ?? file.memory ?? MEMORY_MB),
    concurrency: configured.concurrency ?? file.concurrency ?? CONCURRENCY,
    environment: { ...file.environment, ...configured.environment },
    layers: configured.layers ?? file.layers ?? [],
  };
}

/** A plain number counts in the unit that AWS counts in; a text names its own. */
function measure(units: Readonly<Record<string, number>>, min: number, max: number, expected: string) {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(String(value)) ?? [];
    const factor = unit === "" ? 1 : units[unit ?? ""];
    const measured = number === undefined || factor === undefined ? Number.NaN : Number(number) * factor;
    if (measured >= min && measured <= max) return measured;
    context.addIssue(`expected ${expected}, from ${min} to ${max}; got ${JSON.stringify(value)}`);
    return z.NEVER;
  });
}
