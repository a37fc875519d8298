import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FunctionError } from "../function-invoker.ts";
import type { FunctionCode } from "./function-code.ts";

/** A command line and what the process finds in its environment. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** True for our own bootstraps, which can prove who they are. */
  readonly provesItself: boolean;
}

export interface LaunchOptions {
  readonly code: FunctionCode;
  readonly functionName: string;
  readonly logStream: string;
  /** The address of the Runtime API and the token for it. */
  readonly runtimeApi: string;
  readonly token: string;
  /** Endpoint, credentials and region, from whoever runs the functions. */
  readonly world: Readonly<Record<string, string>>;
}

/** What a function sees of our own environment: enough to find programs, certificates and the way out, and no secret. */
const INHERITED: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "JAVA_HOME",
  "PYENV_ROOT",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "AWS_CA_BUNDLE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** What of its memory a runtime may use for its heap; the rest is for buffers, threads and the program itself. */
const HEAP_SHARE = 0.85;

const BOOTSTRAPS = join(import.meta.dirname, "..", "bootstraps");

/** The entry point of AWS's runtime client for Java, which the function brings along in `lib/`. */
const JAVA_CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

/** How a process of the function is started. Throws a `FunctionError` when a program that it takes is not there. */
export function launchOf(options: LaunchOptions): Launch {
  const environment = environmentOf(options);
  const { code } = options;
  const { command, args, provesItself } = commandOf(code, environment.PATH ?? "");
  const proof = provesItself ? { LAKEHOSE_RUNTIME_TOKEN: options.token } : {};
  return { ...dyingWithUs(command, args), environment: { ...environment, ...proof }, provesItself };
}

function commandOf({ family, folder, handler, settings }: FunctionCode, path: string) {
  const heapMb = Math.max(32, Math.floor(settings.memoryMb * HEAP_SHARE));
  switch (family) {
    case "nodejs": {
      // DEP0005: `new Buffer` is what the handlers of a decade use, and it works.
      const flags = [`--max-old-space-size=${heapMb}`, "--disable-warning=DEP0005"];
      return { command: process.execPath, args: [...flags, join(BOOTSTRAPS, "node.mjs")], provesItself: true };
    }
    case "python": {
      const named = findProgram(settings.runtime ?? "python3", path);
      const command = named ?? findProgram("python3", path) ?? missing("python3");
      return { command, args: ["-u", join(BOOTSTRAPS, "python.py")], provesItself: true };
    }
    case "java": {
      const libraries = [
        folder,
        join(folder, "lib", "*"),
        ...settings.layers.map((one) => join(one, "java", "lib", "*")),
      ];
      const command = findProgram("java", path) ?? missing("java");
      const args = [`-Xmx${heapMb}m`, "-cp", libraries.join(delimiter), JAVA_CLIENT, handler];
      return { command, args, provesItself: false };
    }
    case "provided":
      return { command: join(folder, "bootstrap"), args: [], provesItself: false };
  }
}

function environmentOf(options: LaunchOptions): Record<string, string> {
  const { code, functionName, world } = options;
  const { settings, folder } = code;
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const region = world.AWS_REGION ?? "us-east-1";
  return {
    TZ: "UTC",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...Object.fromEntries(inherited),
    ...world,
    ...settings.environment,
    ...layerPaths(settings.layers, settings.environment),
    ...(settings.runtime !== undefined && { AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}` }),
    AWS_LAMBDA_RUNTIME_API: options.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: folder,
    LAMBDA_RUNTIME_DIR: BOOTSTRAPS,
    _HANDLER: code.handler,
  };
}

/** What `/opt` means on Lambda, as search paths; the function's own values come first. */
function layerPaths(layers: readonly string[], own: Readonly<Record<string, string>>): Record<string, string> {
  const searchPath = (name: string, folders: readonly string[], rest: readonly (string | undefined)[] = []) => {
    const parts = [own[name], ...folders.filter((folder) => existsSync(folder)), ...rest];
    const value = parts.filter((part) => part !== undefined && part !== "").join(delimiter);
    return value === "" ? {} : { [name]: value };
  };
  return {
    ...searchPath(
      "NODE_PATH",
      layers.map((layer) => join(layer, "nodejs", "node_modules")),
    ),
    ...searchPath("PYTHONPATH", layers.flatMap(pythonFolders)),
    ...searchPath(
      "LD_LIBRARY_PATH",
      layers.map((layer) => join(layer, "lib")),
    ),
    ...searchPath(
      "PATH",
      layers.map((layer) => join(layer, "bin")),
      [own.PATH === undefined ? process.env.PATH : undefined],
    ),
  };
}

/** `python/` itself, and `python/lib/python3.12/site-packages/` of whichever version a layer has. */
function pythonFolders(layer: string): readonly string[] {
  const versions = join(layer, "python", "lib");
  const names = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith("python3")) : [];
  return [join(layer, "python"), ...names.map((name) => join(versions, name, "site-packages"))];
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(program: string): never {
  throw new FunctionError("function-error", `Expected the program ${program} on the PATH of the server; install it`);
}

let canDieWithUs: boolean | undefined;

/**
 * Where `setpriv` is at hand (Linux) the kernel kills a process of ours with the server, however that ends. Elsewhere
 * a process notices when it next asks for an event, which a hung handler never does.
 */
export function dyingWithUs(command: string, args: readonly string[]): { command: string; args: readonly string[] } {
  canDieWithUs ??= spawnSync("setpriv", [...DIE_WITH_PARENT, "true"], { stdio: "ignore" }).status === 0;
  return canDieWithUs ? { command: "setpriv", args: [...DIE_WITH_PARENT, command, ...args] } : { command, args };
}

const DIE_WITH_PARENT = ["--pdeathsig", "KILL", "--"];
